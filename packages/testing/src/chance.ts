/**
 * Random choices that a seed determines, so that a run can be repeated (sfc32 by Chris Doty-Humphrey).
 *
 * Each part of a simulation draws from its own stream, forked by a label. So one more draw of a disk does not change the
 * delay of any packet.
 */
export class Chance {
  readonly #seed: string;
  readonly #streams: Streams | undefined;
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** Begins a stream. @param seed a whole number, or the label of a fork. The same seed gives the same choices everywhere. */
  constructor(seed: number | string);
  /** With `streams`, which keeps this stream and all its forks, to begin them again from another seed. @hidden */
  constructor(seed: number | string, streams: Streams | undefined);
  constructor(seed: number | string, streams?: Streams) {
    this.#seed = String(seed);
    this.#streams = streams;
    this.#begin(this.#seed + (streams?.add(this) ?? ""));
  }

  /** A separate stream, independent of draws from this one. The same label gives the same stream. */
  fork(label: string): Chance {
    return new Chance(`${this.#seed}/${label}`, this.#streams);
  }

  /** Begins again, as the stream of another seed. @hidden */
  restart(mark: string): void {
    this.#begin(this.#seed + mark);
  }

  #begin(seed: string): void {
    this.#a = hashOf(seed, 0x9e3779b9);
    this.#b = hashOf(seed, 0x243f6a88);
    this.#c = hashOf(seed, 0xb7e15162);
    this.#counter = 1;
    // The first numbers of similar seeds are similar.
    for (let round = 0; round < 12; round += 1) this.bits();
  }

  /** 32 random bits, as a number from 0. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number from 0 up to 1. */
  next(): number {
    return this.bits() / 2 ** 32;
  }

  /** A whole number from 0 up to `bound`, which is 1 or more. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True with this probability, from 0 to 1. Always draws exactly once. */
  happens(share: number): boolean {
    return this.next() < share;
  }

  /** One of `choices`; undefined when there are none. */
  pick<T>(choices: readonly T[]): T | undefined {
    return choices.length === 0 ? undefined : choices[this.below(choices.length)];
  }

  /** The same items in a random order. */
  shuffled<T>(things: readonly T[]): T[] {
    const left = [...things];
    return things.flatMap(() => left.splice(this.below(left.length), 1));
  }
}

/** The streams of a run that changes its seed on its way. @hidden */
export class Streams {
  readonly #all: Chance[] = [];
  #mark = "";

  /** Keeps a stream. Returns what its seed ends with. */
  add(stream: Chance): string {
    this.#all.push(stream);
    return this.#mark;
  }

  /** Begins all streams again, those that are forked later included. */
  reseed(seed: number): void {
    this.#mark += `@${seed}`;
    for (const stream of this.#all) stream.restart(this.#mark);
  }
}

/** FNV-1a with a different basis for each number, and its bits mixed at the end. */
function hashOf(text: string, basis: number): number {
  let hash = basis;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
