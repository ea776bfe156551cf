import type { Envelope } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";

/** Letters that are remembered, and how many of those that pass are: few, so that some of them grow old. */
const REMEMBERED_MAX = 64;
const REMEMBERED_SHARE = 0.25;

/** Letters of long ago, for a network that delivers them again. Each new one takes the place of any. */
export class LetterMemory {
  readonly #chance: Chance;
  readonly #letters: Envelope[] = [];

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Sees a letter pass. Its bytes are kept, not copied: nobody writes into a letter that was sent. */
  see(letter: Envelope): void {
    if (!this.#chance.happens(REMEMBERED_SHARE)) return;
    const place = this.#chance.below(REMEMBERED_MAX);
    this.#letters[Math.min(place, this.#letters.length)] = letter;
  }

  /** One of them; undefined when there is none. */
  draw(): Envelope | undefined {
    return this.#chance.pick(this.#letters);
  }
}
