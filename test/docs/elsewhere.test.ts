import { expect, test } from "vitest";
import { commandsIn } from "./support/commands.ts";
import { shownElsewhere } from "./support/elsewhere.ts";
import { recordedStates } from "./support/recorded.ts";

const RUN = "$ kontiki run figure_8 --seeds 2 --seed 1";
const READS = "$ kontiki explore --reads 1 --crashes 0 --inflight 1";

test("a command that another page plays prints what is shown there, or the head of it", () => {
  const page = "docs/crash-experiments.md";
  const text = shownElsewhere(commandsIn(`${RUN} | head -n 3\nother\n`), page);
  expect(text).toMatch(
    /^\$ kontiki run figure_8 --seeds 2 --seed 1 \| head -n 3\nvalid: 2 runs simulated, .*\n\nscenario .*\n$/,
  );
  expect(() => shownElsewhere(commandsIn(`${RUN}1\n`), page)).toThrow(
    `${page} does not play kontiki run figure_8 --seeds 2 --seed 11`,
  );
});

test("an exploration within the bounds of an instance sees the states that are recorded", async () => {
  const shown = commandsIn(`${READS} | head -n 1\nvalid: all 1 state checked\n`);
  expect(await recordedStates(shown, "read")).toBe(
    `${READS} | head -n 1\nvalid: all 10,778 states checked\n`,
  );
});

test.each([
  [`${READS} --heartbeats 1 | head -n 1\n`, "read", /to deeply equal/],
  [`${READS} --no-rules | head -n 1\n`, "read", /to deeply equal/],
  [`${READS} | head -n 2\n`, "read", /only the first line is recorded/],
  [`${READS} | head -n 1\n`, "large-read", /no test exhausts an instance large-read/],
  [`${READS} | head -n 1\n`, "reads", /no test exhausts an instance reads/],
])("%s is not explored as %s", async (text, name, message) => {
  await expect(recordedStates(commandsIn(text), name)).rejects.toThrow(message);
});
