import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ChannelMessages } from "@kontiki/actors";
import { MessageTally, type RunMessages } from "../run/messages.ts";

type Letter = ChannelMessages["kontiki:letter"];

/** A letter that was sent so shortly before the end, in ms, may still be on its way: no fault delays it any more. */
const ON_ITS_WAY_MS = 200;

/** Counts the messages between the nodes of a cluster of threads, by the record of letters. */
export class LiveMessages {
  readonly #tally = new MessageTally();
  readonly #open = new Map<string, Letter>();
  /** Taken before their sending was told, as the threads tell in any order. */
  readonly #early = new Set<string>();
  readonly #cluster: number;

  /** @param cluster the number of the cluster in this process. */
  constructor(cluster: number) {
    this.#cluster = cluster;
    subscribe("kontiki:letter", this.#onLetter);
  }

  /** Ends it. What no node has taken by then is lost, unless it was sent just now. */
  end(): RunMessages {
    unsubscribe("kontiki:letter", this.#onLetter);
    const now = performance.timeOrigin + performance.now();
    for (const letter of this.#open.values())
      if (letter.at < now - ON_ITS_WAY_MS) this.#count("lost", letter);
    return this.#tally.messages;
  }

  readonly #onLetter = (message: unknown): void => {
    const told = message as Letter;
    if (told.cluster !== this.#cluster) return;
    const { letter, way } = told;
    if (way === "sent") {
      this.#count("sent", told);
      if (!this.#early.delete(letter)) this.#open.set(letter, told);
      return;
    }
    this.#count("received", told);
    if (!this.#open.delete(letter)) this.#early.add(letter);
  };

  #count(way: "sent" | "received" | "lost", { messages, share }: Letter): void {
    this.#tally.add(
      way,
      messages.map(({ type }) => type),
      share,
    );
  }
}
