import type { NodeId } from "@kontiki/core";
import type { PlannedOperation } from "../plan/plan.ts";
import type { CoreStep } from "../engine/observer.ts";
import { LeaderNews, type NewsParts } from "./leader-news.ts";
import { SimClient, type ClientParts, type Ended } from "./sim-client.ts";

/** What the clients of a run need. */
export type ClientsParts = ClientParts & {
  /** A new client exists, which must get its mail. */
  readonly onClient: (client: SimClient) => void;
  /** Chance and delay of the news of elections. */
  readonly news: Pick<NewsParts, "chance" | "delayMs">;
};

/** All clients of a run, with their operations. */
export class SimClients {
  readonly #all: SimClient[] = [];
  readonly #parts: ClientsParts;
  readonly #operations: readonly PlannedOperation[];
  readonly #news: LeaderNews;
  #isOver = false;

  constructor(operations: readonly PlannedOperation[], parts: ClientsParts) {
    this.#parts = parts;
    this.#operations = operations;
    const { timeline, news } = parts;
    const tell = (leader: NodeId): void => this.#all.forEach((client) => client.leaderIs(leader));
    this.#news = new LeaderNews({ timeline, ...news, tell });
  }

  get all(): readonly SimClient[] {
    return this.#all;
  }

  /** Whether every operation that began has ended. */
  get isIdle(): boolean {
    return this.#all.every(({ pending }) => pending === 0);
  }

  /** Begins the operations. */
  start(): void {
    const count = this.#operations.reduce((most, { client }) => Math.max(most, client + 1), 0);
    for (let at = 0; at < count; at += 1) {
      const ofThis = this.#operations.filter(({ client }) => client === at);
      const inTime = ofThis.toSorted((one, other) => one.at - other.at);
      if (!this.#isShared || at === 0) this.#clientAt(at);
      this.#next(inTime, 0);
    }
  }

  /** A client that all share is the program's own, which learns of new leaders. One on another machine does not. */
  onStep(step: CoreStep): void {
    if (this.#isShared) this.#news.onStep(step);
  }

  /** Drops the operations that have not begun. */
  stop(): void {
    this.#isOver = true;
  }

  /** Lets an operation's client begin it now, whatever else is planned. Calls `onEnd` once. */
  ask(operation: PlannedOperation, onEnd: Ended): void {
    this.#clientOf(operation).call(operation, (outcome) => {
      this.#parts.onHappening({ type: "returned", operation, outcome });
      onEnd(outcome);
    });
  }

  get #isShared(): boolean {
    return this.#parts.workload.gatherMs !== undefined;
  }

  /** The client of an operation: its own, or the one that all share. */
  #clientOf({ client }: PlannedOperation): SimClient {
    return this.#clientAt(this.#isShared ? 0 : client);
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
