/**
 * The types that every other file uses: terms, log indexes and node ids.
 *
 * They are branded, so that a term cannot be passed where an index is meant; all arithmetic on them is in this file.
 */

import { assert } from "./assert.ts";

declare const brand: unique symbol;

/** A term of Raft's logical clock (§5.1). An integer from 0 (no election yet) to 2^53 - 1. */
export type Term = number & { readonly [brand]: "Term" };

/** A position in the log, from 1. Index 0 is before the first entry. An integer up to 2^53 - 1. */
export type Index = number & { readonly [brand]: "Index" };

/** The name of a server: 1 to 64 characters of `a-z`, `0-9`, `-`, starting with a letter. */
export type NodeId = string & { readonly [brand]: "NodeId" };

const NODE_ID = /^[a-z][a-z0-9-]{0,63}$/;

/** Converts a number to a term. @throws AssertionError unless it is an integer in range. */
export function term(value: number): Term {
  assert(
    Number.isSafeInteger(value) && value >= 0,
    () => `a term is an integer of 0 or more, not ${value}`,
  );
  return value as Term;
}

/** Converts a number to an index. @throws AssertionError unless it is an integer in range. */
export function index(value: number): Index {
  assert(
    Number.isSafeInteger(value) && value >= 0,
    () => `an index is an integer of 0 or more, not ${value}`,
  );
  return value as Index;
}

/** Whether `value` is a valid node id. */
export function isNodeId(value: unknown): value is NodeId {
  return typeof value === "string" && NODE_ID.test(value);
}

/** Converts a string to a node id. @throws AssertionError unless {@link isNodeId} holds. */
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

/** The term after `current`: a server that starts an election moves to it (§5.2). */
export function nextTerm(current: Term): Term {
  return term(current + 1);
}

/** The index `count` positions after `from`. */
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
