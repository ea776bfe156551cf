import { CommandError, type StateMachine } from "@kontiki/actors/node";
import {
  defineScenario,
  keyValueSpecification,
  planOf,
  simulate,
  type Invariant,
  type Plan,
  type RunResult,
  type SimulateOptions,
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

function run(machine: object, read = false, options: SimulateOptions = {}): RunResult {
  return simulate(planned(read), {
    machine: () => ({ ...GOOD, ...machine }),
    specification: undefined,
    ...options,
  });
}

const NOT_PLAIN = "which is not plain data";
const OR_ALLOW = '(or set throws: "allow", and this error is the answer)';

describe("a state machine that gives data that is not plain", () => {
  it.each([
    [
      "apply, a Promise",
      { apply: async () => 1 },
      `apply of {"type":"add"}: the result is a Promise, ${NOT_PLAIN}: use the value that it gives ${OR_ALLOW}`,
    ],
    [
      "apply, a function",
      { apply: () => () => 1 },
      `apply of {"type":"add"}: the result is a function, ${NOT_PLAIN} ${OR_ALLOW}`,
    ],
    [
      "apply, a Map within",
      { apply: () => [new Map()] },
      `apply of {"type":"add"}: result[0] is a Map, ${NOT_PLAIN}: use an array of its entries ${OR_ALLOW}`,
    ],
    [
      "snapshot",
      { snapshot: () => new Map() },
      `snapshot gave a Map, ${NOT_PLAIN}: use an array of its entries`,
    ],
    [
      "a part of it",
      { ...IN_PARTS, snapshotParts: () => [new Set()] },
      `snapshotParts gave a Set, ${NOT_PLAIN}: use an array of its entries`,
    ],
  ])("is a violation: %s", (_name, machine, text) => {
    const { verdict, violations } = run(machine);
    expect(verdict).toBe("violated");
    expect(violations[0]?.check).toBe("state machine");
    expect(violations[0]?.text).toMatch(/^n[123]: /);
    expect(violations[0]?.text.slice(4)).toBe(text);
  });

  it("is a violation: query", () => {
    const [violation] = run({ query: async () => 1 }, true).violations;
    expect(violation?.check).toBe("state machine");
    expect(violation?.text.slice(4)).toBe(
      `query of {"type":"add"}: the answer is a Promise, ${NOT_PLAIN}: use the value that it gives ${OR_ALLOW}`,
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
      "a callOf that gives no call",
      judged(put, { callOf: (() => undefined) as never }),
      'callOf of {"type":"put","key":"k","value":"v"} gives undefined: give { f, value }, such as { f: "write", value: 1 }',
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

  it("at every command: the run shows nothing, even if that is allowed", () => {
    const apply = thrower("no such thing");
    const { verdict, doubts } = run({ apply }, false, { throws: "allow" });
    expect([verdict, doubts]).toEqual([
      "unknown",
      ["no operation succeeded: 20 of 20 ended as errors, the first: no such thing"],
    ]);
  });

  /** Refuses every second command with this error. */
  function refusing(error: () => Error): () => StateMachine {
    return () => {
      let count = 0;
      return {
        apply() {
          count += 1;
          if (count % 2 === 0) throw error();
          return count;
        },
        snapshot: () => count,
        restore: (state) => void (count = state as number),
      };
    };
  }

  const counts = ({ verdict, coverage }: RunResult): object => ({
    verdict,
    ok: coverage["operations.ok"],
    error: coverage["operations.error"],
    throws: coverage["throws"],
    refusals: coverage["refusals"],
  });

  it("a CommandError: that is an answer like others, and is counted", () => {
    class NotEven extends CommandError {}
    const machine = refusing(() => new NotEven("even"));
    expect(counts(simulate(planned(false), { machine, specification: undefined }))).toEqual({
      verdict: "valid",
      ok: 10,
      error: 10,
      throws: undefined,
      refusals: 10,
    });
  });

  it("another error: that is a violation, unless it is allowed, and is counted", () => {
    const options = { machine: refusing(() => new TypeError("no")), specification: undefined };
    const failed = simulate(planned(false), options);
    expect(failed.violations.map(({ check }) => check)).toEqual(["state machine"]);
    expect(failed.violations[0]?.text).toMatch(
      /^n\d: apply of \{"type":"add"\} threw TypeError: no \(throw a CommandError if that is the answer to a wrong command, or set throws: "allow"\)$/,
    );
    expect(counts(simulate(planned(false), { ...options, throws: "allow" }))).toEqual({
      verdict: "valid",
      ok: 10,
      error: 10,
      throws: 10,
      refusals: undefined,
    });
  });

  it("from query is a violation too", () => {
    const { violations } = run({ query: thrower("not found") }, true);
    expect(violations[0]?.text).toMatch(/^n\d: query of \{"type":"add"\} threw Error: not found/);
  });
});

describe("a snapshot that loses something", () => {
  /** Counts, and answers with twice the count; `parts` of the state are lost. */
  function forgetful(lost: readonly ("count" | "twice")[], inParts: boolean): () => StateMachine {
    return () => {
      let state = { count: 0, twice: 0 };
      const kept = (): typeof state => ({
        count: lost.includes("count") ? 0 : state.count,
        twice: state.twice,
      });
      const restore = (given: unknown): void => {
        state = { ...(given as typeof state) };
        if (lost.includes("twice")) state.twice = 0;
      };
      return {
        apply() {
          state = { count: state.count + 1, twice: state.twice + 2 };
          return state.count + state.twice;
        },
        query: () => state.count,
        snapshot: kept,
        restore,
        ...(inParts && {
          snapshotParts: () => [kept()],
          restoreParts: (parts: Iterable<unknown>) => [...parts].forEach(restore),
        }),
      };
    };
  }

  const textOf = (machine: () => StateMachine, read = false): readonly string[] => {
    const plan = planned(false);
    const [first, ...others] = plan.operations;
    const operations =
      read && first !== undefined
        ? [{ ...first, read }, ...others]
        : [first, ...others].filter((one) => one !== undefined);
    const { violations } = simulate({ ...plan, operations }, { machine, specification: undefined });
    return violations.map(({ check, text }) => `${check}: ${text.replace(/^n\d/, "n")}`);
  };

  it.each([false, true])(
    "is shown when it is taken, with the difference; in parts: %s",
    (inParts) => {
      expect(textOf(forgetful(["twice"], inParts))).toEqual([
        "snapshot: n: your snapshot loses something: a fresh machine that restores it gives another snapshot: .twice: 4 became 0",
      ]);
    },
  );

  it.each([false, true])(
    "is shown by the next answer, if the snapshot itself does not; in parts: %s",
    (inParts) => {
      expect(textOf(forgetful(["count"], inParts))).toEqual([
        'snapshot: n: your snapshot loses something: a fresh machine that restored it answers apply of {"type":"add"}, 1 command later, with 7 instead of 9',
      ]);
    },
  );

  it("is shown by a question that was asked before", () => {
    expect(textOf(forgetful(["count"], false), true)).toEqual([
      'snapshot: n: your snapshot loses something: a fresh machine that restored it answers query of {"type":"add"} with 0 instead of 2',
    ]);
  });

  it("is shown when it cannot be restored", () => {
    expect(textOf(() => ({ ...GOOD, restore: thrower("no room") }))).toEqual([
      "snapshot: n: your snapshot cannot be restored: a fresh machine fails: no room",
    ]);
  });

  it.each(["restore", "restoreParts"])("is not one whose %s is not done in time", (call) => {
    // A promise that is rejected and not handled would end the process.
    const late = (): unknown => Promise.reject(new Error("late"));
    const parts = call === "restoreParts" && { snapshotParts: () => [0], restoreParts: late };
    expect(textOf(() => ({ ...GOOD, restore: late, ...parts }) as StateMachine)).toEqual([
      `snapshot: n: your snapshot cannot be restored: a fresh machine fails: ${call} returned a Promise: it must be done when it returns`,
    ]);
  });

  it("is not one whose machine keeps and changes what it returned", () => {
    const machine = (): StateMachine => {
      let list: number[] = [];
      return {
        apply: () => list.push(list.length) && list,
        query: () => list,
        snapshot: () => list,
        restore: (given) => void (list = given as number[]),
      };
    };
    expect(textOf(machine, true)).toEqual([]);
  });
});

describe("an invariant", () => {
  const counter = (): StateMachine & { count: number } => ({
    count: 0,
    apply() {
      return (this.count += 1);
    },
    snapshot() {
      return this.count;
    },
    restore(count) {
      this.count = count as number;
    },
  });
  type Counter = ReturnType<typeof counter>;

  const checked = (invariant: Invariant<Counter>): RunResult =>
    simulate(planned(false), { machine: counter, specification: "none", invariant });

  it("sees each machine before its first command, and after each", () => {
    const seen = new Map<string, number[]>();
    const { verdict } = checked((machine, node) => {
      const counts = seen.get(node) ?? [];
      if (counts.at(-1) !== machine.count) counts.push(machine.count);
      seen.set(node, counts);
    });
    const all = Array.from({ length: 21 }, (_none, count) => count);
    expect([verdict, [...seen]]).toEqual(["valid", ["n1", "n2", "n3"].map((node) => [node, all])]);
  });

  it.each([
    ["false", () => false, "the invariant does not hold"],
    ["a text", ({ count }: Counter) => `${count} is too many`, "3 is too many"],
    [
      "a Promise",
      () => Promise.resolve(),
      "the invariant returned a Promise: it must return at once",
    ],
    [
      "a number, which may be meant as a verdict",
      () => 0,
      "the invariant returned 0: let it return whether it holds, a text, or nothing",
    ],
    ["an error", thrower("expected\n  less"), "expected less"],
  ])("is violated by %s", (_name, answer, text) => {
    const { violations } = checked((machine) => (machine.count < 3 ? undefined : answer(machine)));
    expect(violations[0]).toMatchObject({ check: "invariant" });
    expect(violations[0]?.text).toMatch(/^n\d: after entry \d+, \{"type":"add"\}: /);
    expect(violations[0]?.text.replace(/^.*"add"\}: /, "")).toBe(text);
  });
});

describe("a state machine for which the stack of its thread is too small", () => {
  const endless = (): unknown => [endless()];

  it.each([
    [
      "fail",
      "state machine",
      'apply of {"type":"add"} threw RangeError: Maximum call stack size exceeded (nodes differ in how much they have, so this is no answer, and ends the node)',
    ],
    [
      "allow",
      "assertion",
      "a command needs more stack or memory than this thread has: Maximum call stack size exceeded",
    ],
  ] as const)('is a violation with throws: "%s"', (throws, check, text) => {
    const { verdict, violations } = run({ apply: endless }, false, { throws });
    expect([verdict, violations.map((one) => [one.check, one.text.slice(4)])]).toEqual([
      "violated",
      [[check, text]],
    ]);
  });
});
