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
        text: "gives a Date in a command: give plain data",
        place: undefined,
      },
    ]),
  );
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
