import { Chance, loadScenarioParts } from "@kontiki/testing";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { machine } from "./support/clusters.ts";

/** A module with this text, whose folder is removed when the test ends. */
function moduleFile(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "kontiki-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const INDEX = new URL("../../packages/testing/dist/index.js", import.meta.url).href;

test("a TypeScript module gives a scenario, a machine, its commands and its model", async () => {
  const path = moduleFile(
    "tally.ts",
    `import { defineScenario, models } from ${JSON.stringify(INDEX)};
type Add = { readonly type: "add"; readonly amount: number };
export default defineScenario({ name: "tally", nodes: 5, faults: [{ at: "1s", crash: "leader" }] });
export const stateMachine = ${JSON.stringify(machine("tally.ts"))};
export const specification = { model: models.register, callOf: () => ({ f: "read", value: null }) };
export const commands = (chance: { below(most: number): number }): { command: Add } => ({
  command: { type: "add", amount: chance.below(10) },
});
`,
  );
  const parts = await loadScenarioParts(path);
  expect(parts.scenario).toMatchObject({
    name: "tally",
    nodes: 5,
    durationMs: 5000,
    faults: [{ type: "crash", at: 1000, node: "leader", downMs: 500 }],
  });
  expect(parts.stateMachine).toBe(machine("tally.ts"));
  expect(parts.specification).toMatchObject({ model: { name: "register" } });
  expect(parts.machine?.().snapshot()).toEqual(parts.machine?.().snapshot());
  const draw = (): unknown => parts.commands?.(new Chance(7), 0);
  expect(draw()).toEqual({ command: { type: "add", amount: expect.any(Number) as number } });
  expect(draw()).toEqual(draw());
});

test("a default export may be an input of defineScenario, and paths start from the module", async () => {
  const path = moduleFile("plain.mjs", `export default { name: "plain", duration: "1s" };`);
  expect((await loadScenarioParts(path)).scenario).toMatchObject({
    name: "plain",
    durationMs: 1000,
  });
});

test.each([
  ["export default { name: 1 }", "name is 1: give a name of letters, digits, - and _"],
  [
    "export const a = 1",
    "a is not known here: the names are default, stateMachine, specification, commands",
  ],
  ["export const comands = 1", "comands is not known here: did you mean commands?"],
  ["", "default is missing: export default defineScenario({ ... })"],
  [
    'export default { name: "a" }; export const stateMachine = "./m.js"',
    "commands is missing: with a stateMachine give a function that draws commands",
  ],
  [
    'export default { name: "a" }; export const commands = 1',
    "commands is not a function: give one that draws a command from chance",
  ],
  [
    'export default { name: "a" }; export const specification = {}',
    "specification has no function callOf: give { model, callOf }",
  ],
  [
    'export default { name: "a" }; export const specification = { callOf() {} }',
    "specification.model has no function step: give a FileModel",
  ],
])("an error about a module with %s", async (text, message) => {
  const path = moduleFile("wrong.mjs", text);
  await expect(loadScenarioParts(path)).rejects.toThrow(`${path}: ${message}`);
});

test("an error about a module that does not exist or cannot be loaded", async () => {
  await expect(loadScenarioParts("/nowhere/x.mjs")).rejects.toThrow(
    "scenario file:///nowhere/x.mjs does not exist: check its path",
  );
  const path = moduleFile("bad.mjs", 'throw new Error("no luck")');
  await expect(loadScenarioParts(path)).rejects.toThrow(
    `scenario ${pathToFileURL(path).href} cannot be loaded: no luck`,
  );
});
