import type { Plan, PlannedFault, PlannedOperation } from "../plan/plan.ts";
import type { FaultAction } from "../scenario/fault.ts";

/** Records what a scenario function asks and does, as a plan that repeats the run without the function. */
export class Recording {
  readonly #plan: Plan;
  readonly #faults: PlannedFault[] = [];
  readonly #operations: PlannedOperation[] = [];
  readonly #busy = new Set<number>();
  readonly #firstClient: number;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#firstClient = plan.operations.reduce((most, { client }) => Math.max(most, client + 1), 0);
  }

  /** Adds an operation, by the first idle client: a client runs one operation at a time. */
  operation(at: number, command: unknown, read: boolean): PlannedOperation {
    let client = this.#firstClient;
    while (this.#busy.has(client)) client += 1;
    this.#busy.add(client);
    const id = nextId(this.#plan.operations, this.#operations);
    const operation = { id, at, client, command, read };
    this.#operations.push(operation);
    return operation;
  }

  /** The operation has ended: its client is idle again. */
  ended({ client }: PlannedOperation): void {
    this.#busy.delete(client);
  }

  /** Adds a fault that begins now. */
  fault(at: number, action: FaultAction): PlannedFault {
    const fault = { ...action, id: nextId(this.#plan.faults, this.#faults), at };
    this.#faults.push(fault);
    return fault;
  }

  /** Shortens a fault that was ended early. */
  faultEnded({ id }: PlannedFault, at: number): void {
    const place = this.#faults.findIndex((one) => one.id === id);
    const fault = this.#faults[place];
    if (fault === undefined) return;
    const lasted = at - fault.at;
    this.#faults[place] =
      "downMs" in fault ? { ...fault, downMs: lasted } : { ...fault, for: lasted };
  }

  /** The plan of what happened up to `untilMs`. */
  plan(untilMs: number): Plan {
    const { scenario, faults, operations } = this.#plan;
    return {
      ...this.#plan,
      scenario: { ...scenario, durationMs: Math.max(1, Math.ceil(untilMs)) },
      faults: [...faults, ...this.#faults].filter(({ at }) => at <= untilMs),
      operations: [...operations, ...this.#operations].filter(({ at }) => at <= untilMs),
    };
  }
}

function nextId(...lists: readonly (readonly { readonly id: number }[])[]): number {
  return lists.flat().reduce((most, { id }) => Math.max(most, id + 1), 0);
}
