import type { Model } from "../check/model.ts";
import type { Verdict } from "../check/verdict.ts";
import type { History, Operation } from "../history/history.ts";
import { describeOperation } from "./words.ts";

/** An operation as programs read it. `return` is null for one that never returned. */
export type OperationReport = {
  readonly process: string;
  readonly operation: string;
  readonly status: Operation["status"];
  readonly call: number;
  readonly return: number | null;
};

/** A verdict as programs read it: one object of plain data, of the same shape whatever the model. */
export type VerdictReport = {
  readonly verdict: Verdict<unknown, unknown>["verdict"];
  readonly model: string;
  readonly unit: History["unit"];
  readonly operations: number;
  readonly elapsedMs: number;
  readonly steps: number;
  readonly configurations: number;
  /** Of a valid history: the objects, and for how many of them the claimed order verified. */
  readonly objects?: { readonly total: number; readonly claimed: number };
  /** Of a violated history: the object, "" when there is but one. */
  readonly object?: string;
  readonly prefix?: readonly OperationReport[];
  readonly state?: string;
  readonly otherStates?: readonly string[];
  readonly unplaced?: readonly OperationReport[];
  /** Of an unknown one. */
  readonly why?: string;
};

/** A verdict as plain data. */
export function verdictReport<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  verdict: Verdict<Input, Output>,
): VerdictReport {
  const { elapsedMs, steps, configurations } = verdict.cost;
  const common = {
    verdict: verdict.verdict,
    model: model.name,
    unit: history.unit,
    operations: history.operations.length,
    elapsedMs: Math.round(elapsedMs),
    steps,
    configurations,
  };
  const reported = (operation: Operation<Input, Output>): OperationReport => ({
    process: operation.process,
    operation: describeOperation(model, operation),
    status: operation.status,
    call: operation.call,
    return: operation.status === "open" ? null : operation.return,
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
