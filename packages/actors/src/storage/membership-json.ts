/**
 * A membership as bytes for the disk: JSON, because it is rare, and because a person who inspects a damaged file can
 * read it. Every part is checked when it is read.
 */
import { Buffer } from "#platform";
import {
  assertMembership,
  AssertionError,
  isNodeId,
  type Membership,
  type NodeId,
  type Promotion,
} from "@kontiki/core";

/** Thrown for bytes that are not a membership. */
export class MembershipError extends Error {
  override readonly name = "MembershipError";
}

const KEYS = [
  "voters",
  "outgoing",
  "learners",
  "learnersNext",
  "promotions",
  "uids",
  "lastUid",
] as const satisfies readonly (keyof Membership)[];

export function encodeMembership(membership: Membership): Uint8Array {
  const parts = Object.fromEntries(KEYS.map((key) => [key, membership[key]]));
  return Buffer.from(JSON.stringify(parts), "utf8");
}

/** @throws MembershipError for bytes that {@link encodeMembership} does not write. */
export function decodeMembership(bytes: Uint8Array): Membership {
  const parts = record(parsed(bytes), "it");
  const strange = Object.keys(parts).find((key) => !KEYS.some((known) => known === key));
  if (strange !== undefined) throw new MembershipError(`it has an unknown part "${strange}"`);
  const membership: Membership = {
    voters: nodes(parts["voters"], "voters"),
    outgoing: nodes(parts["outgoing"], "outgoing"),
    learners: nodes(parts["learners"], "learners"),
    learnersNext: nodes(parts["learnersNext"], "learnersNext"),
    promotions: list(parts["promotions"], "promotions").map(promotion),
    uids: uids(parts["uids"]),
    lastUid: uid(parts["lastUid"], "lastUid"),
  };
  try {
    assertMembership(membership);
  } catch (cause) {
    if (cause instanceof AssertionError) throw new MembershipError(cause.message);
    throw cause;
  }
  return membership;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf8", { fatal: true }).decode(bytes));
  } catch {
    throw new MembershipError("it is not JSON");
  }
}

function promotion(value: unknown): Promotion {
  const { node: name, replaces, ...rest } = record(value, "a promotion");
  if (Object.keys(rest).length > 0) throw new MembershipError("a promotion has an unknown part");
  return {
    node: node(name, "a promotion"),
    replaces: replaces === undefined ? undefined : node(replaces, "a promotion"),
  };
}

function uids(value: unknown): Readonly<Record<NodeId, number>> {
  const known: Record<NodeId, number> = {};
  for (const [name, given] of Object.entries(record(value, "uids")))
    known[node(name, "uids")] = uid(given, "uids");
  return known;
}

function nodes(value: unknown, part: string): readonly NodeId[] {
  return list(value, part).map((one) => node(one, part));
}

function node(value: unknown, part: string): NodeId {
  if (!isNodeId(value)) throw new MembershipError(`${part}: not a node id`);
  return value;
}

function uid(value: unknown, part: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new MembershipError(`${part}: not a uid`);
  return value;
}

function list(value: unknown, part: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new MembershipError(`${part}: not a list`);
  return value;
}

function record(value: unknown, part: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new MembershipError(`${part}: not an object`);
  return Object.fromEntries(Object.entries(value));
}
