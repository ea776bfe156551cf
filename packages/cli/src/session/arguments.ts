import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from "../host/limits.ts";
import { CommandFailed } from "./answer.ts";
import type { Word } from "./split-words.ts";

/** Longest time that a command takes as an argument: a day. */
const DURATION_MAX_MS = 24 * 60 * 60 * 1000;

/**
 * The arguments of one command, taken from first to last.
 *
 * Limits are checked here, so that a key or value over its limit does not go through every log only to be rejected by
 * every state machine. All methods throw CommandFailed.
 */
export class Arguments {
  readonly #words: readonly Word[];
  readonly #usage: string;
  #taken = 0;

  constructor(words: readonly Word[], usage: string) {
    this.#words = words;
    this.#usage = usage;
  }

  /** How many are left. */
  get left(): number {
    return this.#words.length - this.#taken;
  }

  /** Whether the next word is an option. */
  get isOption(): boolean {
    const next = this.#words[this.#taken];
    return next === undefined || (!next.quoted && next.text.startsWith("--"));
  }

  /** The next word. One that begins with `--` is an option in the wrong place, unless it is in double quotes. */
  word(): Word {
    const word = this.#words[this.#taken];
    if (word === undefined) throw new CommandFailed(`an argument is missing: ${this.#usage}`);
    if (!word.quoted && word.text.startsWith("--"))
      throw new CommandFailed(
        `${shorten(word.text)} cannot be here: ${this.#usage}; a word in double quotes is never an option`,
      );
    this.#taken += 1;
    return word;
  }

  /** What is left, one word, though it is not known here. */
  unknown(verb: string): CommandFailed {
    return new CommandFailed(
      `${verb} does not know ${shorten(this.#words[this.#taken]?.text ?? "")}`,
    );
  }

  /** Takes the next word if it is this option. A word in double quotes is never an option. */
  option(name: string): boolean {
    const next = this.#words[this.#taken];
    if (next === undefined || next.quoted || next.text !== name) return false;
    this.#taken += 1;
    return true;
  }

  key(): string {
    const key = withinLimit("key", this.word().text, KEY_BYTES_MAX);
    if (key === "") throw new CommandFailed("a key has at least one character");
    return key;
  }

  value(): string {
    return withinLimit("value", this.word().text, VALUE_BYTES_MAX);
  }

  /** The start of keys; it may be empty. */
  prefix(): string {
    return withinLimit("prefix", this.word().text, KEY_BYTES_MAX);
  }

  milliseconds(min: number): number {
    return wholeNumber("a time in milliseconds", this.word().text, min, DURATION_MAX_MS);
  }

  /** An index of a log. */
  index(): number {
    return wholeNumber("an index", this.word().text, 1, Number.MAX_SAFE_INTEGER);
  }
}

function withinLimit(what: string, text: string, bytesMax: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= bytesMax) return text;
  throw new CommandFailed(`this ${what} has ${bytes} bytes; the most is ${bytesMax}`);
}

function wholeNumber(what: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new CommandFailed(
    `${what} must be a whole number from ${min} to ${max}, not ${shorten(text)}`,
  );
}

/** A word as errors show it: quoted, and cut where it is long. */
export function shorten(text: string): string {
  const characters = Array.from(text.slice(0, 100));
  return JSON.stringify(characters.length > 40 ? `${characters.slice(0, 40).join("")}...` : text);
}
