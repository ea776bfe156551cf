import {
  decodeToken,
  defineScenario,
  forked,
  planFrom,
  planOf,
  runToken,
  shrink,
  simulate,
  type ForkChange,
  type Plan,
  type RunResult,
  type Simulation,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";

const SCENARIO = defineScenario({
  name: "forked",
  nodes: 3,
  duration: "1500ms",
  workload: { clients: 2, perSecond: 100 },
  faults: [
    { at: "300ms", crash: { node: "leader", down: "200ms" } },
    { at: "900ms", for: "100ms", pause: "n1" },
  ],
});
const PLAN = planOf(SCENARIO, 5);

type Seen = { readonly at: number; readonly what: string };

/** A run, with a line for each of its steps and events, and the number of each letter. */
function watched(plan: Plan): { readonly seen: readonly Seen[]; readonly result: RunResult } {
  const seen: Seen[] = [];
  const result = simulate(plan, {
    observers: [
      (simulation: Simulation) => ({
        onStep: ({ node, event, after }) =>
          seen.push({ at: simulation.now, what: `${node} ${event.type} ${after.term}` }),
        onHappening(happening) {
          const { type } = happening;
          const way = "from" in happening ? ` ${happening.from}>${happening.to}` : "";
          const why = "reason" in happening ? ` ${happening.reason}` : "";
          const fault = "fault" in happening ? ` ${happening.fault.type}` : "";
          seen.push({ at: simulation.now, what: type + way + why + fault });
        },
      }),
    ],
  });
  return { seen, result };
}

const before = watched(PLAN);

/** A letter between nodes that is sent between the two faults. At the moment of its sending the run is forked. */
const LETTER = before.seen.findIndex(({ at, what }) => at > 700 && /^posted n\d>n\d$/.test(what));
const AT = before.seen[LETTER]?.at ?? 0;
const NUMBER = before.seen
  .slice(0, LETTER + 1)
  .filter(({ what }) => what.startsWith("posted ")).length;

function upTo(seen: readonly Seen[]): readonly Seen[] {
  return seen.filter(({ at }) => at <= AT);
}

/** The lines after the moment that the other run has not. */
function newIn(changed: readonly Seen[]): readonly string[] {
  const known = new Set(before.seen.map(({ at, what }) => `${at} ${what}`));
  return changed.filter(({ at, what }) => !known.has(`${at} ${what}`)).map(({ what }) => what);
}

const CHANGES: readonly (readonly [name: string, change: ForkChange, first: RegExp])[] = [
  [
    "a fault is added",
    { type: "fault", fault: { at: 0, type: "crash", node: "n2", downMs: 500 } },
    /^faultBegan crash$/,
  ],
  ["a fault is left out", { type: "spare", fault: 1 }, /^n1 /],
  ["choices come from another seed", { type: "seed", seed: 77 }, /./],
  ["a letter is lost", { type: "lose", letter: NUMBER }, /^lost n\d>n\d edit$/],
  ["a letter is late", { type: "delay", letter: NUMBER, ms: 40 }, /./],
];

describe.each(CHANGES)("when %s", (_name, change, first) => {
  const plan = forked(PLAN, { at: AT, changes: [change] });
  const { seen, result } = watched(plan);

  test("the run is the same up to the moment, and another after it", () => {
    expect(upTo(seen)).toEqual(upTo(before.seen));
    expect(seen).not.toEqual(before.seen);
    expect(newIn(seen)[0]).toMatch(first);
    expect(result.verdict).toBe("valid");
  });

  test("its token is short, and runs the same again", () => {
    const token = runToken(plan, { check: "", hash: result.hash }, planOf);
    const content = decodeToken(token);
    if (content.type !== "run") throw new Error("not a run");
    expect(content.recipe.from).toBe("seed");
    expect(planFrom(content.recipe, planOf)).toEqual(plan);
    expect(simulate(planFrom(content.recipe, planOf)).hash).toBe(result.hash);
  });
});

test("a fork of a fork has the changes of both", () => {
  const first = forked(PLAN, { at: 200, changes: [{ type: "seed", seed: 3 }] });
  const second = forked(first, { at: AT, changes: [{ type: "seed", seed: 4 }] });
  expect(second.edits).toEqual([
    { type: "seed", at: 200.001, seed: 3 },
    { type: "seed", at: AT + 0.001, seed: 4 },
  ]);
  expect(upTo(watched(second).seen)).toEqual(upTo(watched(first).seen));
  expect(upTo(watched(first).seen)).not.toEqual(upTo(before.seen));
});

test("a later edit of a letter replaces the one before", () => {
  const lose = { type: "lose", letter: 9 } as const;
  const delay = { type: "delay", letter: 9, ms: 5 } as const;
  expect(forked(PLAN, { at: 0, changes: [lose, delay] }).edits).toEqual([delay]);
});

test("shrinking removes edits that the failure does not need", () => {
  const scenario = defineScenario({
    name: "one-crash-at-most",
    nodes: 3,
    duration: "1500ms",
    workload: { clients: 0 },
    expect: { atMost: { elections: 1 } },
  });
  const plan = forked(planOf(scenario, 1), {
    at: 500,
    changes: [
      { type: "fault", fault: { at: 0, type: "crash", node: "leader", downMs: 300 } },
      { type: "seed", seed: 8 },
      { type: "lose", letter: 3 },
    ],
  });
  const result = simulate(plan);
  const [violation] = result.violations;
  expect(violation?.check).toBe("expectations");
  const { plan: small } = shrink({ plan, result }, "expectations", (one) => simulate(one));
  expect(small.edits).toBeUndefined();
  expect(simulate(small).violations[0]?.check).toBe("expectations");
});

test("a fork that is none is refused", () => {
  expect(() => forked(PLAN, { at: Number.NaN, changes: [] })).toThrow(
    "forked: at is NaN: give a time in ms",
  );
});
