import type { Outcome } from "@kontiki/actors/node";
import { makeHistory, type History, type Mark, type Operation } from "../history/history.ts";
import type { Specification } from "../check/models/specification.ts";
import { copyPlain } from "../history/plain.ts";
import type { Value } from "../history/value.ts";
import { clientName } from "../run/client-name.ts";
import type { PlannedOperation } from "../plan/plan.ts";
import { callsBy } from "./calls.ts";
import type { Report } from "./report.ts";

type Recorded = {
  readonly operation: PlannedOperation;
  readonly called: number;
  returned: { readonly at: number; readonly outcome: Outcome<unknown> } | undefined;
};

/** Records the operations of clients and their outcomes, and makes a history of them. */
export class ClientRecord {
  readonly #specification: Specification | undefined;
  readonly #report: Report;
  readonly #recorded = new Map<number, Recorded>();

  /**
   * @param specification makes the calls of the history from commands. @param report called once when it cannot.
   */
  constructor(specification: Specification | undefined, report: Report) {
    this.#specification = specification;
    this.#report = report;
  }

  /** Operations that have begun and not ended, in the order of their calls. */
  get open(): readonly PlannedOperation[] {
    return [...this.#recorded.values()]
      .filter(({ returned }) => returned === undefined)
      .map(({ operation }) => operation);
  }

  /** @param at when, in ms of the run. */
  called(operation: PlannedOperation, at: number): void {
    this.#recorded.set(operation.id, { operation, called: at, returned: undefined });
  }

  /** @param at when, in ms of the run. */
  returned({ id }: PlannedOperation, outcome: Outcome<unknown>, at: number): void {
    const recorded = this.#recorded.get(id);
    if (recorded !== undefined) recorded.returned = { at, outcome };
  }

  /**
   * Why the operations show nothing: none succeeded. Undefined when one did, and when there was none.
   *
   * The error of the state machine is an answer to one who asks on purpose, as a test's function does, and expects it. If
   * drawn commands get nothing else, they are most likely not what the machine takes.
   *
   * @param isDrawn whether an operation comes from the plan, and not from a function.
   */
  fruitless(isDrawn: (operation: PlannedOperation) => boolean): string | undefined {
    const all = [...this.#recorded.values()];
    const isAnswered = ({ operation, returned }: Recorded): boolean =>
      returned?.outcome.type === "ok" ||
      (returned?.outcome.type === "error" && !isDrawn(operation));
    if (all.length === 0 || all.some(isAnswered)) return undefined;
    const outcomes = all.flatMap(({ returned }) => (returned ? [returned.outcome] : []));
    const [first, ...others] = outcomes.filter((outcome) => outcome.type === "error");
    if (first === undefined) return `no operation of ${all.length} succeeded${whyNot(outcomes)}`;
    const errors = others.length + 1;
    return `no operation succeeded: ${errors} of ${all.length} ended as errors, the first: ${first.message}`;
  }

  /**
   * The history so far, without stale reads, which `StaleClaims` checks. An operation with an unknown end is open. One that
   * the state machine answered with an error changed nothing, because machines check first, and counts as failed.
   *
   * @param orderOf the entry of the log in which an operation took effect, if it is known.
   */
  history(
    orderOf: (operation: PlannedOperation) => number | undefined,
    marks: readonly Mark[],
  ): History {
    const callOf = callsBy(this.#specification, this.#report);
    const recorded = [...this.#recorded.values()].filter(
      ({ operation }) => operation.reading?.consistency !== "stale",
    );
    const operations = recorded.map(({ operation, called, returned }): Operation => {
      const order = orderOf(operation);
      const common = {
        process: clientName(operation),
        call: called,
        input: callOf(copyPlain(operation.command)),
        ...(order === undefined ? {} : { order }),
      };
      if (returned === undefined || returned.outcome.type === "unknown")
        return { ...common, status: "open" };
      const { at, outcome } = returned;
      if (outcome.type !== "ok") return { ...common, status: "failed", return: at };
      return { ...common, status: "ok", return: at, output: outcome.value as Value };
    });
    return makeHistory(operations, { marks, unit: "ms" });
  }
}

/** The reason of the first operation that says one. */
function whyNot(outcomes: readonly Outcome<unknown>[]): string {
  const first = outcomes.find(({ type }) => type === "definitelyNot" || type === "unknown");
  return first === undefined || !("reason" in first)
    ? ""
    : `, the first ended ${first.type}: ${first.reason}`;
}
