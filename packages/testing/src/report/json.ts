import { checkJudged } from "./check-judged.ts";
import type { Model } from "../check/model.ts";
import type { Unknown, Verdict } from "../check/verdict.ts";
import type { History, Operation } from "../history/history.ts";
import { describeOperation } from "./describe.ts";
import { readingReport, type ReadingReport } from "./reading-text.ts";
import { shownTimes } from "./times.ts";

/** An operation, for programs. */
export type OperationReport = {
  /** The client. */
  readonly process: string;
  /** What it was, as the model describes it. */
  readonly operation: string;
  /** How it ended. */
  readonly status: Operation["status"];
  /** When it was called, in the unit of the report. */
  readonly call: number;
  /** When it returned; null if it never did. */
  readonly return: number | null;
};

/** A claimed order that does not hold, for programs. */
export type BrokenClaimReport = {
  /** The object; "" when there is only one. */
  readonly object: string;
  /** Why, for example `read -> 2 cannot follow 1`. */
  readonly problem: string;
  /** The first operation that contradicts the claim. */
  readonly operation: OperationReport;
  /** Its position in the claimed order; null when it has none. */
  readonly order: number | null;
};

/** A verdict, for programs: one object of plain data, with the same shape for every model. */
export type VerdictReport = {
  /** "valid", "violated" or "unknown". */
  readonly verdict: Verdict<unknown, unknown>["verdict"];
  /** The name of the model. */
  readonly model: string;
  /** The unit of times. */
  readonly unit: History["unit"];
  /** How the file was read, when its format leaves a choice. */
  readonly reading?: ReadingReport;
  /** The claimed orders that do not hold. The verdict does not depend on them. */
  readonly brokenClaims?: readonly BrokenClaimReport[];
  /** Number of operations in the history. */
  readonly operations: number;
  /** Milliseconds that the check took, rounded. */
  readonly elapsedMs: number;
  /** How often the search called the model. */
  readonly steps: number;
  /** Configurations that the search kept. */
  readonly configurations: number;
  /** Of a valid history: the number of objects, and of those whose claimed order was verified. */
  readonly objects?: { readonly total: number; readonly claimed: number };
  /** Of a violated history: the object; "" when there is only one. */
  readonly object?: string;
  /** Of a violated history: the longest linearizable prefix, in order. */
  readonly prefix?: readonly OperationReport[];
  /** Of a violated history: the state after the prefix. */
  readonly state?: string;
  /** Of a violated history: states that other orders lead to; a few at most. */
  readonly otherStates?: readonly string[];
  /** Of a violated history: operations that cannot be placed after the prefix; the first one must be. */
  readonly unplaced?: readonly OperationReport[];
  /** Of an unknown verdict: "time", "memory" or "interrupted". */
  readonly why?: Unknown["why"];
};

/** A verdict as plain data. */
export function verdictReport<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  verdict: Verdict<Input, Output>,
): VerdictReport {
  checkJudged("verdictReport", history, model, verdict);
  const { unit } = shownTimes(history);
  const reading = readingReport(history);
  const { elapsedMs, steps, configurations } = verdict.cost;
  const reported = reporting(history, model);
  const brokenClaims = verdict.brokenClaims?.map(({ key, problem, operation }) => {
    const { order = null } = operation;
    return { object: key, problem, operation: reported(operation), order };
  });
  const common = {
    verdict: verdict.verdict,
    model: model.name,
    unit,
    ...(reading === undefined ? {} : { reading }),
    ...(brokenClaims === undefined ? {} : { brokenClaims }),
    operations: history.operations.length,
    elapsedMs: Math.round(elapsedMs),
    steps,
    configurations,
  };
  switch (verdict.verdict) {
    case "valid": {
      const claimed = verdict.objects.filter(({ by }) => by === "claimed").length;
      return { ...common, objects: { total: verdict.objects.length, claimed } };
    }
    case "violated":
      return {
        ...common,
        object: verdict.key,
        prefix: verdict.prefix.map(reported),
        state: verdict.state,
        otherStates: verdict.otherStates,
        unplaced: verdict.unplaced.map(reported),
      };
    case "unknown":
      return { ...common, why: verdict.why };
  }
}

/** Makes plain data of operations. */
function reporting<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
): (operation: Operation<Input, Output>) => OperationReport {
  const { at } = shownTimes(history);
  return (operation) => ({
    process: operation.process,
    operation: describeOperation(model, operation),
    status: operation.status,
    call: at(operation.call),
    return: operation.status === "open" ? null : at(operation.return),
  });
}
