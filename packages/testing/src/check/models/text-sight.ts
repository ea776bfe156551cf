/// <reference lib="es2024.string" />
import { Buffer } from "#platform";

/** Above this many characters to look through, looking costs more than it gains. */
const SEARCHED_MAX = 100_000_000;

/**
 * What can be seen of a text that is written, appended to, and compared with some texts, which are given.
 *
 * A text that is not the beginning of a given one equals none of them, and nothing that is appended to it changes that. Until
 * it is overwritten, only its length shows, and the length after an append depends on the length before and on what is
 * appended. So two such texts of the same length have the same future: nothing that can follow is possible after only one of
 * them, and what follows leads to texts of which the same is true.
 *
 * A piece that no given text contains makes every text that contains it such a text. So two pieces of the same length lead to
 * texts with the same future, wherever they are written or appended.
 *
 * Lengths are in bytes of UTF-8. They add up if no piece ends or begins within a character.
 */
export class TextSight {
  /** Sorted: what a text is the beginning of comes right after it. */
  readonly #texts: readonly string[];
  readonly #characters: number;
  /** How many characters may still be looked through. */
  #left = SEARCHED_MAX;

  /** @param texts all that may be compared with the text as a whole. */
  constructor(texts: Iterable<string>) {
    const sorted = [...new Set(texts)].sort();
    this.#texts = sorted.filter((text, at) => sorted[at + 1]?.startsWith(text) !== true);
    this.#characters = this.#texts.reduce((sum, { length }) => sum + length, 0);
  }

  /** The length of a text of which nothing else can show; undefined for any other. */
  lengthOnly(text: string): number | undefined {
    return this.#isBeginning(text) || !text.isWellFormed() ? undefined : Buffer.byteLength(text);
  }

  /** The length of a piece of which nothing else can show, in any text; undefined for any other. */
  pieceLength(piece: string): number | undefined {
    if (piece === "" || !piece.isWellFormed() || this.#left < this.#characters) return undefined;
    this.#left -= this.#characters;
    return this.#texts.some((text) => text.includes(piece)) ? undefined : Buffer.byteLength(piece);
  }

  #isBeginning(text: string): boolean {
    let [low, high] = [0, this.#texts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#texts[middle] ?? "") < text) low = middle + 1;
      else high = middle;
    }
    return text === "" || this.#texts[low]?.startsWith(text) === true;
  }
}
