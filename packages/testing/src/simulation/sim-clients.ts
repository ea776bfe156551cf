import type { PlannedOperation } from "../plan/plan.ts";
import { SimClient, type ClientParts, type Ended } from "./sim-client.ts";

/** What the clients of a run are made of. */
export type ClientsParts = ClientParts & {
  /** There is another client, which is to get its mail. */
  readonly onClient: (client: SimClient) => void;
};

/** All clients of a run, with what each is to ask. */
export class SimClients {
  readonly #all: SimClient[] = [];
  readonly #parts: ClientsParts;
  readonly #operations: readonly PlannedOperation[];
  #isOver = false;

  constructor(operations: readonly PlannedOperation[], parts: ClientsParts) {
    this.#parts = parts;
    this.#operations = operations;
  }

  get all(): readonly SimClient[] {
    return this.#all;
  }

  /** Whether nothing that was asked has still to end. */
  get isIdle(): boolean {
    return this.#all.every(({ pending }) => pending === 0);
  }

  /** Begins to ask. */
  start(): void {
    const count = this.#operations.reduce((most, { client }) => Math.max(most, client + 1), 0);
    for (let at = 0; at < count; at += 1) {
      const ofThis = this.#operations.filter(({ client }) => client === at);
      const inTime = ofThis.toSorted((one, other) => one.at - other.at);
      this.#clientAt(at);
      this.#next(inTime, 0);
    }
  }

  /** What was not asked by now never is. */
  stop(): void {
    this.#isOver = true;
  }

  /** Has an operation's client ask now, whatever else it is to ask. `onEnd` is called once. */
  ask(operation: PlannedOperation, onEnd: Ended): void {
    this.#clientAt(operation.client).call(operation, (outcome) => {
      this.#parts.onHappening({ type: "returned", operation, outcome });
      onEnd(outcome);
    });
  }

  #clientAt(at: number): SimClient {
    for (let next = this.#all.length; next <= at; next += 1) {
      const client = new SimClient(next + 1, this.#parts);
      this.#all.push(client);
      this.#parts.onClient(client);
    }
    const client = this.#all[at];
    if (client === undefined) throw new RangeError(`there is no client ${at}`);
    return client;
  }

  #next(operations: readonly PlannedOperation[], at: number): void {
    const operation = operations[at];
    if (operation === undefined) return;
    const { timeline } = this.#parts;
    timeline.after(Math.max(operation.at - timeline.now, 0), () => {
      if (!this.#isOver) this.ask(operation, () => this.#next(operations, at + 1));
    });
  }
}
