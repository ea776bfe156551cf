import {
  defineScenario,
  keyValueSpecification,
  planOf,
  simulate,
  type Plan,
  type RunResult,
  type Specification,
} from "@kontiki/testing";
import { describe, expect, it } from "vitest";

const SCENARIO = defineScenario({
  name: "own",
  duration: "1s",
  cluster: { snapshotEntries: 5, keptEntries: 0 },
  workload: { perSecond: 20 },
  expect: { linearizable: false },
});

/** Twenty operations, each of which is `command`. */
function planned(read: boolean, command: unknown = { type: "add" }): Plan {
  const plan = planOf(SCENARIO, 1);
  const operations = plan.operations.map((operation) => ({ ...operation, command, read }));
  return { ...plan, operations };
}

const thrower = (text: string) => (): never => {
  throw new Error(text);
};

const IN_PARTS = { snapshotParts: () => [], restoreParts: () => undefined };

const GOOD = { apply: () => 1, snapshot: () => null, restore: () => undefined };

function run(machine: object, read = false): RunResult {
  return simulate(planned(read), {
    machine: () => ({ ...GOOD, ...machine }),
    specification: undefined,
  });
}

describe("a state machine that gives data that is not plain", () => {
  it.each([
    ["apply, a Promise", { apply: async () => 1 }, 'apply, of {"type":"add"}, gave a Promise'],
    ["apply, a function", { apply: () => () => 1 }, 'apply, of {"type":"add"}, gave a function'],
    [
      "apply, a Map within",
      { apply: () => [new Map()] },
      'apply, of {"type":"add"}, gave a Map at [0]',
    ],
    ["snapshot", { snapshot: () => new Map() }, "snapshot gave a Map"],
    ["a part of it", { ...IN_PARTS, snapshotParts: () => [new Set()] }, "snapshotParts gave a Set"],
  ])("is a violation: %s", (_name, machine, text) => {
    const { verdict, violations } = run(machine);
    expect(verdict).toBe("violated");
    expect(violations[0]?.check).toBe("state machine");
    expect(violations[0]?.text).toMatch(/^n[123]: /);
    expect(violations[0]?.text.slice(4)).toBe(`${text}, which is not plain data`);
  });

  it("is a violation: query", () => {
    const [violation] = run({ query: async () => 1 }, true).violations;
    expect(violation?.check).toBe("state machine");
    expect(violation?.text).toMatch(
      /^n[123]: query, of \{"type":"add"\}, gave a Promise, which is not plain data$/,
    );
  });
});

describe("a machine that nodes share", () => {
  it.each([
    ["it answers differently", true],
    ["it answers always the same", false],
  ])("in part, as a variable, is named as the cause: %s", (_case, answers) => {
    let shared = 0;
    const { verdict, violations } = simulate(planned(false), {
      machine: () => ({
        apply: () => (shared += 1) && (answers ? shared : null),
        snapshot: () => shared,
        restore: () => undefined,
      }),
      specification: undefined,
    });
    expect([verdict, violations[0]?.check]).toEqual(["violated", "state machine"]);
    expect(violations[0]?.text).toMatch(
      /^a machine that applied nothing had the state 0, and now has \d+: it shares a variable with/,
    );
  });

  it("is refused before the run", () => {
    const shared = { ...GOOD };
    expect(() => simulate(planned(false), { machine: () => shared })).toThrow(
      /^machine: it returned the same machine twice: each node needs its own, so make a new one/,
    );
  });

  it("is a violation that names it, when only later nodes share it", () => {
    const shared = [1, 2, 3, 4].map(() => ({ ...GOOD }));
    let calls = 0;
    const machine = (): typeof GOOD => shared[(calls += 1) % 4] ?? GOOD;
    const { verdict, violations } = simulate(planned(false), { machine, specification: undefined });
    expect([verdict, violations.map(({ text }) => text)]).toEqual([
      "violated",
      [
        "n2: machine: it returned the same machine twice: each node needs its own, so make a new one at each call",
        "n3: machine: it returned the same machine twice: each node needs its own, so make a new one at each call",
      ],
    ]);
  });
});

const JUDGED = defineScenario({ name: "judged", duration: "1s", workload: { perSecond: 5 } });

function judged(command: unknown, changes: Partial<Specification> = {}): RunResult {
  const plan = planOf(JUDGED, 1);
  const operations = plan.operations.map((one) => ({ ...one, command, read: false }));
  const specification = { ...keyValueSpecification, ...changes };
  return simulate({ ...plan, operations }, { specification });
}

describe("a specification that throws is a violation, once", () => {
  const put = { type: "put", key: "k", value: "v" };
  const { model } = keyValueSpecification;

  it.each([
    [
      "a command that the machine does not have",
      judged({ type: "putt" }),
      'callOf of {"type":"putt"} threw: the key-value machine has no command {"type":"putt"}',
    ],
    [
      "no command",
      judged(undefined),
      "callOf of nothing threw: the key-value machine has no command nothing",
    ],
    [
      "interpret",
      judged(put, { model: { ...model, interpret: () => thrower("no words")() } }),
      /^the model Kontiki's key-value machine threw in interpret, for operation "put" of process c\d at [\d.]+: no words$/,
    ],
    [
      "step",
      judged(put, { model: { ...model, step: () => thrower("no step")() } }),
      /^the model Kontiki's key-value machine threw in step, for "k": put "v" in the state null: no step$/,
    ],
  ])("%s", (_name, { violations, verdict }, text) => {
    const told = violations.filter((violation) =>
      typeof text === "string" ? violation.text === text : text.test(violation.text),
    );
    expect([verdict, told.map(({ check }) => check)]).toEqual(["violated", ["model"]]);
  });
});

describe("a state machine that throws", () => {
  it.each([
    ["snapshot", { snapshot: thrower("cannot snap") }, "snapshot threw: cannot snap"],
    [
      "snapshotParts",
      { ...IN_PARTS, snapshotParts: thrower("no parts") },
      "snapshotParts threw: no parts",
    ],
  ])("from %s is a violation", (_name, machine, text) => {
    const { violations } = run(machine);
    expect(violations[0]?.check).toBe("state machine");
    expect(violations[0]?.text.slice(4)).toBe(text);
  });

  it("is a violation if it throws only for the final state", () => {
    let states = 0;
    const { violations } = run({ ...IN_PARTS, snapshot: () => (states += 1) && thrower("late")() });
    expect(violations.map(({ check }) => check)).toEqual(["state machine"]);
  });

  it("at every command: the run shows nothing", () => {
    const { verdict, doubts } = run({ apply: thrower("no such thing") });
    expect([verdict, doubts]).toEqual([
      "unknown",
      ["no operation succeeded: 20 of 20 ended as errors, the first: no such thing"],
    ]);
  });

  it("at some commands: its errors are answers like others", () => {
    let applied = 0;
    const machine = (): typeof GOOD & { apply: () => number } => {
      let count = 0;
      return {
        ...GOOD,
        apply: () => {
          applied += 1;
          count += 1;
          if (count % 2 === 0) throw new Error("even");
          return count;
        },
        snapshot: () => count as never,
        restore: (state?: unknown) => void (count = state as number),
      };
    };
    const { verdict, coverage } = simulate(planned(false), { machine, specification: undefined });
    expect([verdict, coverage["operations.ok"], coverage["operations.error"]]).toEqual([
      "valid",
      10,
      10,
    ]);
    expect(applied).toBeGreaterThanOrEqual(60);
  });
});
