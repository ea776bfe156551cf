import { inspect } from "node:util";
import { checkArgument, checkOptions, isRecord, rule, type Schema } from "@kontiki/actors/node";
import { checkLinearizable } from "../check/linearizable.ts";
import { givenFileModel } from "../check/given-model.ts";
import { interpretHistory } from "../check/interpret.ts";
import type { AnyFileModel } from "../check/models/index.ts";
import { keyValueSpecification } from "../check/models/specification.ts";
import { withReadsPlaced } from "../claims/read-order.ts";
import type { History } from "../history/history.ts";
import { READING_OPTIONS, readingOf, type ReadingOptions } from "../history/reading.ts";
import { verdictText } from "../report/text.ts";
import type { Plan } from "../plan/plan.ts";
import { planOf } from "../plan/plan-of.ts";
import type { RunResult } from "../run/result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { simulate } from "../runs/simulate.ts";

/** The result of a matcher: `message` says what is wrong, with `not` and without. */
export type Said = {
  /** Whether the property holds. When that is unknown, the assertion fails with `not` and without. */
  readonly pass: boolean;
  /** One or more lines. */
  readonly message: () => string;
};

/** What vitest tells a matcher about its assertion. */
export type Asserted = {
  /** Whether it is that of `expect(...).not`. */
  readonly isNot?: boolean;
};

/** What can be run twice: a plan, a scenario (with seed 1), or a function that runs anything and returns the result. */
export type Repeatable =
  Plan | Scenario | (() => { readonly hash: string } | Promise<{ readonly hash: string }>);

const SHORT = { depth: 0, breakLength: Infinity, maxStringLength: 60 };

const REPEATABLE = "give a plan, a scenario, or a function that returns the result of a run";

/** What a history leaves open: the initial value of its objects, and whether a read of null was not recorded. */
export type LinearizableOptions = Pick<ReadingOptions, "initial" | "unknownReads">;

const LINEARIZABLE_OPTIONS: Schema<LinearizableOptions> = {
  initial: READING_OPTIONS.initial,
  unknownReads: READING_OPTIONS.unknownReads,
};
const HISTORY = rule(
  "a history, or the result of a run",
  (value) => isRecord(value) && ("operations" in value || "history" in value),
);

const RESULT = rule("the result of a run", (value) => isRecord(value) && "violations" in value);

/**
 * The history is linearizable by the model; without a model, by that of the key-value machine. A history in which no
 * operation succeeded does not show that.
 */
export function toBeLinearizable(
  this: Asserted | void,
  told: History | Pick<RunResult, "history">,
  model: AnyFileModel = keyValueSpecification.model,
  options: LinearizableOptions = {},
): Said {
  checkArgument("toBeLinearizable", "the value", HISTORY, told);
  checkArgument("toBeLinearizable", "model", givenFileModel, model);
  checkOptions("toBeLinearizable", LINEARIZABLE_OPTIONS, options);
  const of = withReading("history" in told ? told.history : told, options);
  const history = withReadsPlaced(interpretHistory(of, model), model);
  const verdict = checkLinearizable(history, model);
  const text = verdictText(history, model, verdict);
  if (verdict.verdict === "unknown") return unknown(this, text.replace(/^unknown: /, ""));
  if (verdict.verdict === "violated") return { pass: false, message: () => text };
  if (!history.operations.some(({ status }) => status === "ok"))
    return unknown(this, "no operation succeeded, so the history shows nothing");
  return { pass: true, message: () => "the history is linearizable, but should not be" };
}

function withReading(history: History, options: LinearizableOptions): History {
  const reading = readingOf({ ...history.reading, ...options });
  return reading === undefined ? history : { ...history, reading };
}

/** No two nodes led in one term (Election Safety, Figure 3). A run without a leader does not show that. */
export function toHaveOneLeaderPerTerm(this: Asserted | void, result: RunResult): Said {
  checkArgument("toHaveOneLeaderPerTerm", "the value", RESULT, result);
  const { history, violations } = result;
  const leaders = new Map<number, Set<string>>();
  for (const mark of history.marks) {
    if (mark.type !== "leader" || mark.term === undefined) continue;
    leaders.set(mark.term, (leaders.get(mark.term) ?? new Set()).add(mark.node));
  }
  const several = [...leaders].filter(([, nodes]) => nodes.size > 1);
  const wrong = [
    ...several.map(([term, nodes]) => `${[...nodes].join(" and ")} led in term ${term}`),
    ...violations.filter(({ check }) => check === "Election Safety").map(({ text }) => text),
  ];
  if (wrong.length > 0) return { pass: false, message: () => wrong.join("\n") };
  if (leaders.size === 0) return unknown(this, "no node led, so the run shows nothing");
  return { pass: true, message: () => "no term had two leaders" };
}

/** The checks that fail in a run whose nodes do not agree at its end. */
const NOT_CONVERGED = ["liveness", "agreement", "State Machine Safety"];

/**
 * After all faults ended the cluster became live again: all operations were answered, and all nodes agree. A run in
 * which another check failed does not show that, because it ended there, and neither does one whose verdict is unknown.
 */
export function toConverge(this: Asserted | void, result: RunResult): Said {
  checkArgument("toConverge", "the value", RESULT, result);
  const { verdict, violations, doubts, virtualMs } = result;
  const wrong = violations.filter(({ check }) => NOT_CONVERGED.includes(check));
  if (wrong.length > 0)
    return { pass: false, message: () => wrong.map(({ text }) => text).join("\n") };
  const [first] = violations;
  if (first !== undefined) {
    const { check, text, at } = first;
    return unknown(this, `another check failed, at ${at} ms: ${check}: ${text}`);
  }
  if (verdict !== "valid") return unknown(this, doubts.join("\n"));
  return { pass: true, message: () => `all nodes agree after ${virtualMs} ms` };
}

/**
 * Two runs are the same, event by event. Await the assertion.
 *
 * @throws TypeError for anything that is not a run and so has no hash.
 */
export async function toBeDeterministic(this: Asserted | void, subject: Repeatable): Promise<Said> {
  const [one, other] = [await hashOf(subject), await hashOf(subject)];
  if (one === "" || other === "")
    return unknown(this, "a run has an empty hash, because its nodes did not agree");
  return {
    pass: one === other,
    message: () =>
      one === other
        ? `both runs have the hash ${one}`
        : `two runs of the same plan differ: ${one} and ${other}. The run depends on something outside the simulation, such as time or randomness`,
  };
}

/** The answer of a matcher that cannot tell: both `expect(...)` and `expect(...).not` fail with it. */
function unknown(asserted: Asserted | void, text: string): Said {
  return { pass: asserted?.isNot === true, message: () => `unknown: ${text}` };
}

async function hashOf(subject: Repeatable): Promise<string> {
  if (typeof subject === "function") return hashIn(await subject());
  const isObject = typeof subject === "object" && subject !== null;
  if (isObject && "operations" in subject) return simulate(subject).hash;
  if (isObject && "durationMs" in subject) return simulate(planOf(subject, 1)).hash;
  throw new TypeError(`toBeDeterministic was given ${inspect(subject, SHORT)}: ${REPEATABLE}`);
}

function hashIn(run: unknown): string {
  if (typeof run === "object" && run !== null && "hash" in run && typeof run.hash === "string")
    return run.hash;
  throw new TypeError(
    `toBeDeterministic was given a function that returns ${inspect(run, SHORT)}, which has no hash: ${REPEATABLE}`,
  );
}
