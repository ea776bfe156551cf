import type { Envelope } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Range } from "../scenario/fault.ts";

/** Whether a fault is about letters from one address to another. */
export type Concerns = (from: string, to: string) => boolean;

/** Which letters a fault strikes: each that it is about, with this probability. */
export type LetterRule = {
  readonly concerns: Concerns;
  /** From 0 to 1. */
  readonly share: number;
  /** How late it makes them, in ms; `[0, 0]` where it does not. */
  readonly ms: Range;
  /** Whether few of them are made far later. */
  readonly tail: boolean;
  readonly chance: Chance;
};

/** One in so many letters is late by twice as much, one in so many of those by twice as much again ... */
const TAIL_ODDS = 8;
const TAIL_DOUBLINGS_MAX = 6;

/**
 * A rule in force. Each link has a stream of chance of its own, so that a letter more on one of them changes nothing for
 * letters on the others.
 */
export class RuleInForce {
  readonly #rule: LetterRule;
  readonly #streams = new Map<string, Chance>();

  constructor(rule: LetterRule) {
    this.#rule = rule;
  }

  /** Whether it strikes this letter. */
  strikes({ from, to }: Envelope): boolean {
    const { concerns, share } = this.#rule;
    return concerns(from, to) && this.#stream(from, to).happens(share);
  }

  /**
   * How late it makes a letter, in ms. The long tail is made by doubling, which computes the same everywhere: at most 64
   * times the most.
   */
  lateness({ from, to }: Envelope): number {
    const { ms, tail } = this.#rule;
    const stream = this.#stream(from, to);
    const [least, most] = ms;
    let late = least + stream.next() * (most - least);
    if (!tail) return late;
    for (let doublings = 0; doublings < TAIL_DOUBLINGS_MAX; doublings += 1) {
      if (stream.below(TAIL_ODDS) > 0) break;
      late *= 2;
    }
    return late;
  }

  #stream(from: string, to: string): Chance {
    const link = `${from}>${to}`;
    const known = this.#streams.get(link);
    if (known !== undefined) return known;
    const made = this.#rule.chance.fork(link);
    this.#streams.set(link, made);
    return made;
  }
}
