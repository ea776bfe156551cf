import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  defineScenario,
  loadScenario,
  parseScenario,
  scenarioNames,
  type ScenarioInput,
} from "@kontiki/testing";
import { expect, onTestFinished, test } from "vitest";

const INPUT: ScenarioInput = {
  name: "lonely",
  nodes: 5,
  duration: "2s",
  faults: [
    { at: "1s", for: 500, partition: { shape: "isolate", node: "leader" } },
    { at: 1500, crash: "follower" },
  ],
};

test("a scenario in TypeScript equals the same scenario in YAML", () => {
  const yaml = `
name: lonely
nodes: 5
duration: 2s
faults:
  - { at: 1s, for: 500ms, partition: { shape: isolate, node: leader } }
  - { at: 1500ms, crash: follower }
`;
  expect(defineScenario(INPUT)).toEqual(parseScenario(yaml, "x.yaml"));
});

test("an error message has the path of what is wrong", () => {
  expect(() => defineScenario({ name: "wrong", nodes: 0, duration: "x" })).toThrow(
    "scenario wrong: nodes is 0: give a whole number from 1 to 9\n" +
      "scenario wrong: duration is 'x': give a time from 1ms to 24h, such as 250ms, 1.5s or 2m",
  );
  expect(() => defineScenario({})).toThrow("scenario: name is missing");
});

test("each scenario of the package is found by its name", async () => {
  const names = await scenarioNames();
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect((await loadScenario(name)).name).toBe(name);
});

test.each([
  ["basic_agre", "basic_agre: is not a scenario: did you mean basic_agree?"],
  [
    "something",
    "something: is not a scenario: give the path of a .yaml, .yml, .ts, .mts, .js, .mjs file, or the name of one that comes with Kontiki",
  ],
  ["absent.yaml", "absent.yaml: there is no such file"],
])("%s is not a scenario", async (name, message) => {
  await expect(loadScenario(name)).rejects.toThrow(message);
});

test("a file that is not UTF-8 is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kontiki-latin-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "latin.yaml");
  await writeFile(file, Buffer.from("about: caf\u00e9\n", "latin1"));
  await expect(loadScenario(file)).rejects.toThrow(`${file}: is not UTF-8`);
});
