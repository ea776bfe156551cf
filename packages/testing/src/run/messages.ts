/** How often messages of one type were sent between nodes, and what became of them. */
export type MessageCount = {
  /** The type, such as `appendEntries`. */
  readonly type: string;
  /** How many left a node. */
  readonly sent: number;
  /** How many a node took, copies included. */
  readonly received: number;
  /** How many never arrived, copies included. The rest was on its way when the run ended. */
  readonly lost: number;
};

/** The messages between the nodes of a run. */
export type RunMessages = {
  /** In the order of their types. */
  readonly counts: readonly MessageCount[];
  /** The smallest share of letters that was recorded: with less than 1 the counts are estimates. */
  readonly share: number;
};

type Way = "sent" | "received" | "lost";

/** Counts messages by type. */
export class MessageTally {
  readonly #counts = new Map<string, Record<Way, number>>();
  #share = 1;

  /** Counts the messages of a letter. @param share which share of letters is counted: each stands for more then. */
  add(way: Way, types: readonly string[], share = 1): void {
    this.#share = Math.min(this.#share, share);
    for (const type of types) {
      const counts = this.#counts.get(type) ?? { sent: 0, received: 0, lost: 0 };
      this.#counts.set(type, counts);
      counts[way] += 1 / share;
    }
  }

  /** All counts, rounded. */
  get messages(): RunMessages {
    const types = [...this.#counts].toSorted(([one], [other]) => (one < other ? -1 : 1));
    const counts = types.map(([type, { sent, received, lost }]) => ({
      type,
      sent: Math.floor(sent + 0.5),
      received: Math.floor(received + 0.5),
      lost: Math.floor(lost + 0.5),
    }));
    return { counts, share: this.#share };
  }
}
