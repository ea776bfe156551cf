import type { Envelope } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";

/** Which part of all letters is remembered: few, so that some of them become old. */
const REMEMBERED_SHARE = 0.25;

/** Old letters, for a network that delivers them again. Each new one replaces a random one. */
export class LetterMemory {
  readonly #chance: Chance;
  readonly #most: number;
  readonly #letters: Envelope[] = [];

  /** @param most how many letters are remembered at most. */
  constructor(chance: Chance, most: number) {
    this.#chance = chance;
    this.#most = most;
  }

  /** Sees a letter pass. It keeps the bytes without a copy, because no code writes into a letter that was sent. */
  see(letter: Envelope): void {
    if (!this.#chance.happens(REMEMBERED_SHARE)) return;
    const place = this.#chance.below(this.#most);
    this.#letters[Math.min(place, this.#letters.length)] = letter;
  }

  /** One of them; undefined when there is none. */
  draw(): Envelope | undefined {
    return this.#chance.pick(this.#letters);
  }
}
