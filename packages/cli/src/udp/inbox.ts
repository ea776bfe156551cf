/** What a node waits for. */
export type Incident =
  | { readonly type: "datagram"; readonly bytes: Uint8Array }
  | { readonly type: "electionTimeout" }
  | { readonly type: "heartbeatTimeout" }
  | { readonly type: "end" };

/** Datagrams kept while the node is busy, as many as the original keeps. */
const DATAGRAMS_MAX = 1024;

/**
 * All that waits to be handled by a node, and its one timer.
 *
 * A leader's heartbeat comes before datagrams, or a flood of them would cost it its place. An election
 * comes after them: the heartbeat that makes it needless may be among them. When too many datagrams wait,
 * the oldest goes.
 */
export class Inbox {
  #datagrams: Uint8Array[] = [];
  #due: "electionTimeout" | "heartbeatTimeout" | undefined;
  #timer: NodeJS.Timeout | undefined;
  #almostDue: NodeJS.Immediate | undefined;
  #ended = false;
  #wake = (): void => {};

  push(bytes: Uint8Array): void {
    this.#datagrams.push(bytes);
    if (this.#datagrams.length > DATAGRAMS_MAX) this.#datagrams.shift();
    this.#wake();
  }

  /** Starts the timer. Whatever it waited for before is void. */
  startTimer(type: "electionTimeout" | "heartbeatTimeout", microseconds: number): void {
    this.#stopTimer();
    this.#timer = setTimeout(() => {
      // What the system has received but not delivered yet comes first.
      this.#almostDue = setImmediate(() => {
        this.#due = type;
        this.#wake();
      });
    }, microseconds / 1000);
  }

  /** Ends the waiting, at once and for good. */
  end(): void {
    this.#ended = true;
    this.#stopTimer();
    this.#wake();
  }

  async next(): Promise<Incident> {
    for (;;) {
      const incident = this.#take();
      if (incident !== undefined) return incident;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(): Incident | undefined {
    if (this.#ended) return { type: "end" };
    if (this.#due === "heartbeatTimeout") return this.#takeDue("heartbeatTimeout");
    const bytes = this.#datagrams.shift();
    if (bytes !== undefined) return { type: "datagram", bytes };
    return this.#due === undefined ? undefined : this.#takeDue(this.#due);
  }

  #takeDue(type: "electionTimeout" | "heartbeatTimeout"): Incident {
    this.#due = undefined;
    return { type };
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#almostDue);
    this.#due = undefined;
  }
}
