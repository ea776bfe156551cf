/** What a node waits for. */
export type Incident =
  | { readonly type: "datagram"; readonly bytes: Uint8Array }
  | { readonly type: "electionTimeout" }
  | { readonly type: "heartbeatTimeout" }
  | { readonly type: "end" };

/** Datagrams kept while the node is busy; the original keeps the same number. */
const DATAGRAMS_MAX = 1024;

/**
 * Everything that waits to be handled by a node, and its one timer.
 *
 * A leader's heartbeat comes before datagrams, or a flood of them would make it lose its leadership. An election comes
 * after them: they may contain the heartbeat that makes it unnecessary. When too many datagrams wait, the oldest is
 * dropped.
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

  /** Starts the timer. It replaces a timer that is running or due. */
  startTimer(type: "electionTimeout" | "heartbeatTimeout", microseconds: number): void {
    this.#stopTimer();
    this.#timer = setTimeout(() => {
      // Datagrams that the system has received but not delivered yet come first.
      this.#almostDue = setImmediate(() => {
        this.#due = type;
        this.#wake();
      });
    }, microseconds / 1000);
  }

  /** Ends the waiting, at once and permanently. */
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
