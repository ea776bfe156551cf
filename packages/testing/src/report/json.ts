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
  const { unit, at } = shownTimes(history);
  const reading = readingReport(history);
  const { elapsedMs, steps, configurations } = verdict.cost;
  const common = {
    verdict: verdict.verdict,
    model: model.name,
    unit,
    ...(reading === undefined ? {} : { reading }),
    operations: history.operations.length,
    elapsedMs: Math.round(elapsedMs),
    steps,
    configurations,
  };
  const reported = (operation: Operation<Input, Output>): OperationReport => ({
    process: operation.process,
    operation: describeOperation(model, operation),
    status: operation.status,
    call: at(operation.call),
    return: operation.status === "open" ? null : at(operation.return),
  });
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
