import type { Envelope } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { NetworkSettings } from "../scenario/scenario.ts";
import type { Timeline } from "./timeline.ts";

/** What a network is made of. */
export type NetworkParts = {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly settings: NetworkSettings;
  /** Hands a letter to whom it is for, at its time. */
  readonly deliver: (letter: Envelope) => void;
  /** Told of letters that never arrive. */
  readonly onLost: (letter: Envelope, reason: string) => void;
};

/** Carries letters between nodes and clients. A letter between a client and a node is never duplicated. */
export class SimNetwork {
  readonly #parts: NetworkParts;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** Takes a letter that leaves its sender in this moment. */
  send(letter: Envelope): void {
    const { timeline, chance, settings, deliver } = this.#parts;
    const [least, most] = settings.latencyMs;
    timeline.after(least + chance.next() * (most - least), () => deliver(letter));
  }

  /** Loses all letters that are under way. */
  forgetMail(): void {}
}
