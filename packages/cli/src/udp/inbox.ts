/** What a node waits for. */
export type Incident =
  | { readonly type: "datagram"; readonly bytes: Uint8Array }
  | { readonly type: "electionTimeout" }
  | { readonly type: "heartbeatTimeout" }
  | { readonly type: "end" };

/** Datagrams kept while the node is busy; the original keeps the same number. */
const DATAGRAMS_MAX = 1024;

type Timeout = "electionTimeout" | "heartbeatTimeout";

/**
 * Everything that waits to be handled by a node, and its two timers. As in the original, each runs until it is started
 * again or fires, whatever the node has become meanwhile.
 *
 * A leader's heartbeat comes before datagrams, or a flood of them would make it lose its leadership. An election comes
 * after them: they may contain the heartbeat that makes it unnecessary. When too many datagrams wait, the oldest is
 * dropped.
 */
export class Inbox {
  #datagrams: Uint8Array[] = [];
  #ended = false;
  #wake = (): void => {};
  readonly #election = new Timer(() => this.#wake());
  readonly #heartbeat = new Timer(() => this.#wake());

  push(bytes: Uint8Array): void {
    this.#datagrams.push(bytes);
    if (this.#datagrams.length > DATAGRAMS_MAX) this.#datagrams.shift();
    this.#wake();
  }

  /** Starts a timer again, even if it runs or is due. */
  startTimer(type: Timeout, microseconds: number): void {
    (type === "electionTimeout" ? this.#election : this.#heartbeat).start(microseconds / 1000);
  }

  /** Ends the waiting, at once and permanently. */
  end(): void {
    this.#ended = true;
    this.#election.stop();
    this.#heartbeat.stop();
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
    if (this.#heartbeat.takeDue()) return { type: "heartbeatTimeout" };
    const bytes = this.#datagrams.shift();
    if (bytes !== undefined) return { type: "datagram", bytes };
    return this.#election.takeDue() ? { type: "electionTimeout" } : undefined;
  }
}

/** A timer that is due, once it has fired, until that is taken. */
class Timer {
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | undefined;
  #almostDue: NodeJS.Immediate | undefined;
  #isDue = false;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  start(ms: number): void {
    this.stop();
    this.#timer = setTimeout(() => {
      // Datagrams that the system has received but not delivered yet come first.
      this.#almostDue = setImmediate(() => {
        this.#isDue = true;
        this.#onDue();
      });
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#almostDue);
    this.#isDue = false;
  }

  /** Whether it is due. Then it is no longer. */
  takeDue(): boolean {
    const isDue = this.#isDue;
    this.#isDue = false;
    return isDue;
  }
}
