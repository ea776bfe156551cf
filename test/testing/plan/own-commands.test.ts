import { defineScenario, planOfParts, ScenarioError, type OwnCommand } from "@kontiki/testing";
import { expect, test } from "vitest";

const scenario = defineScenario({ name: "own", duration: "1s", workload: { perSecond: 3 } });

test("commands are copies: a generator may use one object for all of them", () => {
  const own: OwnCommand = { command: { add: [0] } };
  const { add } = own.command as { add: number[] };
  const commands = (): OwnCommand => {
    add[0] = (add[0] ?? 0) + 1;
    return own;
  };
  const { operations } = planOfParts({ scenario, commands }, 1);
  expect(operations.map(({ command }) => command)).toEqual([
    { add: [1] },
    { add: [2] },
    { add: [3] },
  ]);
});

test("a command that is not plain data is refused by name", () => {
  const commands = (): OwnCommand => ({ command: new Date(0) });
  expect(() => planOfParts({ scenario, commands }, 1)).toThrow(
    new ScenarioError("own", [
      {
        path: ["commands"],
        on: "value",
        text: "gives a Date in a command: give plain data: use its ISO text, or its number of ms",
        place: undefined,
      },
    ]),
  );
});

test.each([
  [
    { command: "x", reed: true },
    "gives reed beside a command, which is not known here: did you mean read?",
  ],
  [{ command: "x", read: "yes" }, "gives read: 'yes': give true for a question, or leave it out"],
  [
    { command: "x".repeat(4 * 1024 * 1024) },
    "gives 4194325 bytes in a command: give at most 4194304",
  ],
])("what would not be asked as it was meant is refused", (own, text) => {
  const plan = (): unknown => planOfParts({ scenario, commands: () => own as OwnCommand }, 1);
  expect(plan).toThrow(expect.objectContaining({ message: `own: commands ${text}` }) as Error);
});

test("what the generator throws is an error of the scenario, with its cause", () => {
  const cause = new TypeError("no such account");
  const commands = (): OwnCommand => {
    throw cause;
  };
  const plan = (): unknown => planOfParts({ scenario, commands }, 1);
  expect(plan).toThrow(ScenarioError);
  expect(plan).toThrow(
    expect.objectContaining({
      message: "own: commands throws TypeError: no such account",
      cause,
    }) as Error,
  );
});
