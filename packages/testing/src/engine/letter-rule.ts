import type { Envelope } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Range } from "../scenario/fault.ts";

/** Whether a fault affects letters from one address to another. */
export type Concerns = (from: string, to: string) => boolean;

/** Which letters a fault strikes: each that it concerns, with a probability. */
export type LetterRule = {
  readonly concerns: Concerns;
  /** The probability, from 0 to 1. */
  readonly share: number;
  /** How late it makes them, in ms; `[0, 0]` for a fault that delays nothing. */
  readonly ms: Range;
  /** Whether it makes a few of them much later. */
  readonly tail: boolean;
  readonly chance: Chance;
};

/** One letter in this many is late by twice as much, one in this many of those by twice as much again ... */
const TAIL_ODDS = 8;
const TAIL_DOUBLINGS_MAX = 6;

/**
 * A rule in force. Each link has its own stream of chance, so that an additional letter on one link changes nothing for
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
   * How late it makes a letter, in ms. The long tail comes from doubling, which gives the same result on all machines: at
   * most 64 times the usual most.
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
