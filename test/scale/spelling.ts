import type { Chance } from "@kontiki/testing";
import { isRow, type Datum } from "./datum.ts";

/** How a format writes values. */
export type Dialect = "edn" | "json";

/** For each entry of a palette the ways to write it. Two entries are never equal, and the ways of one always are. */
type Palette = readonly (readonly string[])[];

const PALETTES: Readonly<Record<Dialect, readonly Palette[]>> = {
  edn: [
    [["0"], ["1", "1N", "+1"], ["2"], ["-3"]],
    [['"a"'], ['"b"', '"\\u0062"'], ['""'], ['"1"']],
    [[":a"], ['":a"'], ["a"], ["\\a"]],
    [["1", "^:meta 1"], ["1.0", "1e0"], ["1M"], ["1/2", "2/4"]],
    [
      ["{:a 1, :b 2}", "{:b 2 :a 1}"],
      ['{"a" 1, "b" 2}', '{"b" 2 "a" 1}'],
      ["#{1 2}", "#{2 1}"],
      ["[1 2]", "(1 2)", "[1 #_ 3 2]"],
    ],
    [["#usd 5", "#usd  5N"], ["#eur 5"], ["5"], ["9007199254740993"]],
  ],
  json: [
    [["0"], ["1", "1.0", "1e0"], ["2"], ["-3"]],
    [['"a"', '"\\u0061"'], ['"b"'], ['""'], ['"1"']],
    [["1"], ['"1"'], ["[1]"], ['{"a":1,"b":[2]}', '{"b":[2],"a":1}']],
    [["9007199254740993"], ["9007199254740992"], ["0.1", "1e-1"], ["0.10000000000000001"]],
  ],
};

/** Writes the values of one history. */
export class Spelling {
  readonly #dialect: Dialect;
  readonly #chance: Chance;
  readonly #palette: Palette;
  /** Whether lists of scalars are texts whose letters these are. */
  readonly #isText: boolean;

  constructor(dialect: Dialect, chance: Chance, isText: boolean) {
    this.#dialect = dialect;
    this.#chance = chance;
    this.#palette = chance.pick(PALETTES[dialect]) ?? [];
    this.#isText = isText;
  }

  of(value: Datum): string {
    if (value === null) return this.#dialect === "edn" ? "nil" : "null";
    if (typeof value !== "object") return String(value);
    if (isRow(value)) return this.#row(value);
    if ("bag" in value) return this.#bag(value.bag);
    if ("word" in value) return this.#dialect === "edn" ? `:${value.word}` : `"${value.word}"`;
    return this.#chance.pick(this.#palette[value.scalar] ?? []) ?? "";
  }

  #bag(items: readonly Datum[]): string {
    const list = this.#list(this.#chance.shuffled(items));
    const isSet = this.#dialect === "edn" && this.#chance.happens(0.5);
    return isSet ? `#{${list.slice(1, -1)}}` : list;
  }

  #row(items: readonly Datum[]): string {
    const letters = items.map((item) =>
      typeof item === "object" && item !== null && "scalar" in item ? "ab"[item.scalar] : undefined,
    );
    if (this.#isText && !letters.includes(undefined)) return `"${letters.join("")}"`;
    return this.#list(items);
  }

  #list(items: readonly Datum[]): string {
    const comma = this.#dialect === "edn" ? " " : ",";
    return `[${items.map((item) => this.of(item)).join(comma)}]`;
  }
}
