import { textHash } from "./text-hash.ts";

/**
 * A list of texts that never changes: appending makes a new one, which shares all of the old one. `undefined` is the empty
 * list.
 */
export type ValueList = Link | undefined;

type Link = {
  readonly before: ValueList;
  readonly value: string;
  readonly length: number;
  readonly hash: number;
};

/** The list with one more text. */
export function appended(list: ValueList, value: string): Link {
  return {
    before: list,
    value,
    length: (list?.length ?? 0) + 1,
    hash: (Math.imul(list?.hash ?? 0, 0x0100_0193) + textHash(value)) >>> 0,
  };
}

/** The list of some texts. */
export function listOfValues(values: readonly string[]): ValueList {
  return values.reduce<ValueList>(appended, undefined);
}

/** A number that equal lists share, and others rarely. */
export function listKey(list: ValueList): number {
  return list === undefined ? 0 : (list.length % 2 ** 20) * 2 ** 32 + list.hash;
}

/** Whether two lists are equal. Skips the part that they share. */
export function sameList(one: ValueList, other: ValueList): boolean {
  if (listKey(one) !== listKey(other)) return false;
  let [left, right] = [one, other];
  while (left !== right) {
    if (left === undefined || right === undefined || left.value !== right.value) return false;
    [left, right] = [left.before, right.before];
  }
  return true;
}

/** The texts of a list, in order. */
export function valuesIn(list: ValueList): readonly string[] {
  const values: string[] = [];
  for (let link = list; link !== undefined; link = link.before) values.push(link.value);
  return values.reverse();
}
