/**
 * The three words every other file speaks in: terms, log indexes and node ids.
 *
 * They are branded, so that a term cannot be passed where an index is meant; arithmetic on them
 * lives here and nowhere else.
 */

import { assert } from "./assert.ts";

declare const brand: unique symbol;

/** A term of Raft's logical clock (§5.1). Whole, from 0 (no election has been held yet) to 2^53 - 1. */
export type Term = number & { readonly [brand]: "Term" };

/** A position in the log, from 1. Index 0 stands before the first entry. Whole, to 2^53 - 1. */
export type Index = number & { readonly [brand]: "Index" };

/** The name of a server: 1 to 64 characters of `a-z`, `0-9`, `-`, starting with a letter. */
export type NodeId = string & { readonly [brand]: "NodeId" };

const NODE_ID = /^[a-z][a-z0-9-]{0,63}$/;

/** Makes a term of a number. @throws AssertionError unless it is whole and in range. */
export function term(value: number): Term {
  assert(
    Number.isSafeInteger(value) && value >= 0,
    () => `a term is a whole number from 0, not ${value}`,
  );
  return value as Term;
}

/** Makes an index of a number. @throws AssertionError unless it is whole and in range. */
export function index(value: number): Index {
  assert(
    Number.isSafeInteger(value) && value >= 0,
    () => `an index is a whole number from 0, not ${value}`,
  );
  return value as Index;
}

/** True when `value` can name a node. */
export function isNodeId(value: unknown): value is NodeId {
  return typeof value === "string" && NODE_ID.test(value);
}

/** Makes a node id of a string. @throws AssertionError unless {@link isNodeId} holds. */
export function nodeId(value: string): NodeId {
  assert(
    isNodeId(value),
    () => `a node id is 1 to 64 of a-z, 0-9 and -, starting with a letter, not "${value}"`,
  );
  return value;
}

/** The term before any election. */
export const TERM_ZERO: Term = 0 as Term;

/** The index before the first entry. */
export const INDEX_ZERO: Index = 0 as Index;

/** The term after `current`: what a server that starts an election moves to (§5.2). */
export function nextTerm(current: Term): Term {
  return term(current + 1);
}

/** The index `count` places after `from`. */
export function indexAfter(from: Index, count = 1): Index {
  return index(from + count);
}

/** The index before `from`. @throws AssertionError at index 0. */
export function previousIndex(from: Index): Index {
  return index(from - 1);
}

/** The smaller of two indexes. */
export function minIndex(a: Index, b: Index): Index {
  return a < b ? a : b;
}

/** The larger of two indexes. */
export function maxIndex(a: Index, b: Index): Index {
  return a > b ? a : b;
}
