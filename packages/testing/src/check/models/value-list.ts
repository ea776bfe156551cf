import { textHash } from "./text-hash.ts";

/**
 * A list of texts that never changes: appending makes a new one, which shares all of the old one. So a search can keep many
 * long lists.
 */
export type ValueList = {
  readonly before: ValueList | undefined;
  /** The last text; undefined for the empty list. */
  readonly last: string | undefined;
  readonly length: number;
  /** The same for equal lists, and rarely the same for others. */
  readonly hash: number;
};

/** A list as one text, `[1,2]`: much smaller, for a list that is only compared. */
export type ListText = {
  readonly text: string;
  readonly length: number;
  readonly hash: number;
};

/** The list without texts. */
export const EMPTY_LIST: ValueList = { before: undefined, last: undefined, length: 0, hash: 0 };

/** The list with one more text. */
export function appended(list: ValueList, value: string): ValueList {
  return { before: list, last: value, length: list.length + 1, hash: hashWith(list.hash, value) };
}

/** A number that equal lists share, and others rarely. */
export function listKey({ length, hash }: ValueList): number {
  return (length % 2 ** 20) * 2 ** 32 + hash;
}

/** Whether two lists are equal. Skips the part that they share. */
export function sameList(one: ValueList, other: ValueList): boolean {
  if (one.length !== other.length || one.hash !== other.hash) return false;
  let [left, right]: [ValueList | undefined, ValueList | undefined] = [one, other];
  while (left !== right) {
    if (left?.last !== right?.last) return false;
    [left, right] = [left?.before, right?.before];
  }
  return true;
}

/** The texts of a list, in order. */
export function valuesIn(list: ValueList): readonly string[] {
  const values: string[] = [];
  for (let at: ValueList | undefined = list; at?.last !== undefined; at = at.before)
    values.push(at.last);
  return values.reverse();
}

/** A list of canonical texts as one text. */
export function listText(values: readonly string[]): ListText {
  return { text: `[${values.join(",")}]`, length: values.length, hash: values.reduce(hashWith, 0) };
}

/** Whether a list has this text. */
export function hasText(list: ValueList, { text, length, hash }: ListText): boolean {
  if (list.length !== length || list.hash !== hash) return false;
  // From the end: each text, and what separates it from the one before.
  let end = text.length - 1;
  for (let at: ValueList | undefined = list; at?.last !== undefined; at = at.before) {
    end -= at.last.length;
    if (!text.startsWith(at.last, end)) return false;
    end -= 1;
    if (text[end] !== (end === 0 ? "[" : ",")) return false;
  }
  return end === (length === 0 ? text.length - 1 : 0);
}

function hashWith(hash: number, value: string): number {
  return (Math.imul(hash, 0x0100_0193) + textHash(value)) >>> 0;
}
