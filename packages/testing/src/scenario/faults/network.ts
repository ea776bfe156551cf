import * as v from "valibot";
import { durations, flag, list, oneOf, text, whole } from "../written/values.ts";
import { either, late, node, share, someNode, written } from "./fields.ts";
import { kindsDrawing, LATE_MS, one, TARGETS, upTo } from "./kind.ts";

const SHARES = [0.02, 0.1, 0.3, 0.7] as const;

const fault = kindsDrawing(({ chance }) => ({
  lateMs: one(LATE_MS, chance),
  share: one(SHARES, chance),
  node: one(TARGETS, chance),
}));

const names = list(text, "a list of names such as [n1, n2]");

const groups: v.GenericSchema<readonly (readonly string[])[]> = v.pipe(
  list(names, "a list of groups such as [[n1, n2], [n3]]"),
  v.minLength(1, "is empty: give groups such as [[n1, n2], [n3]]"),
);

/** The direction that a fault strikes; both ends may be left out. */
const direction = { from: someNode, to: someNode };

/**
 * Faults of the network. Partitions and copies are between nodes; clients reach all nodes, except those that a group
 * names. Every other fault strikes all letters, or those from and to `node`. With `from` or `to` a fault strikes only
 * letters from the one to the other.
 */
export const NETWORK_FAULTS = {
  /**
   * Nodes do not hear each other. `halves`: two groups, `node` in the smaller one; `isolate`: `node` alone; `bridge`: two
   * halves and `node`, which hears both; `ring`: every node hears another majority, of four nodes or more. Or groups by
   * name: a node that is in none is alone, and a client, `client/1`, may be in one.
   */
  partition: fault({
    written: either(
      written("shape", {
        shape: oneOf("halves", "isolate", "bridge", "ring"),
        node: someNode,
      }),
      written("groups", { groups }, { shape: "groups" }),
      (value) =>
        Array.isArray(value) || (typeof value === "object" && value !== null && "groups" in value),
    ),
    draw: ({ node: lonely, chance }) => {
      const shape = one(["halves", "isolate", "isolate", "bridge", "ring"] as const, chance);
      return chance.happens(1 / 2) || shape === "ring" ? { shape } : { shape, node: lonely };
    },
    evidence: [
      "letters.lost.partition",
      "partition.leaderInMajority",
      "partition.leaderInMinority",
    ],
  }),
  /**
   * Nothing from `from` reaches `to`; the other direction works. Without `to` no other node hears `from`, without `from`
   * `to` hears no other node.
   */
  oneWay: fault({
    written: written("from", { from: someNode, to: someNode }),
    draw: ({ node: end, chance }) => (chance.happens(1 / 2) ? { from: end } : { to: end }),
    evidence: ["letters.lost.oneWay"],
  }),
  /** Letters take longer, and a few of them far longer with `tail`. */
  delay: fault({
    written: written("by", {
      by: durations(0),
      tail: v.exactOptional(flag),
      node: someNode,
      ...direction,
    }),
    draw: ({ lateMs, node: end, chance }) => ({
      ms: upTo(lateMs),
      tail: chance.happens(1 / 2),
      ...(chance.happens(1 / 2) ? { node: end } : {}),
    }),
    evidence: ["letters.delayed"],
  }),
  /** Some letters never arrive. */
  loss: fault({
    written: written("share", { share, node: someNode, ...direction }),
    draw: ({ share: part, node: end, chance }) => ({
      share: part,
      ...(chance.happens(1 / 2) ? { node: end } : {}),
    }),
    evidence: ["letters.lost.loss"],
  }),
  /** Some letters arrive twice. */
  duplicate: fault({
    written: written("share", { share, by: late, ...direction }),
    draw: ({ share: part, lateMs }) => ({ share: part, ms: upTo(4 * lateMs) }),
    evidence: ["letters.duplicated"],
  }),
  /** Some letters are overtaken by others. */
  reorder: fault({
    written: written("share", { share, by: late, ...direction }),
    draw: ({ share: part, lateMs }) => ({ share: part, ms: upTo(4 * lateMs) }),
    evidence: ["letters.reordered"],
  }),
  /** Letters that were delivered long ago arrive again. */
  replay: fault({
    written: written("share", { share, by: late }),
    draw: ({ share: part, lateMs }) => ({ share: part, ms: upTo(10 * lateMs) }),
    evidence: ["letters.replayed"],
  }),
  /** Letters from and to `node` wait, and arrive in their order when the fault ends. */
  clog: fault({
    written: written("node", { node }),
    draw: ({ node: end }) => ({ node: end }),
    evidence: ["letters.clogged"],
  }),
  /** Nodes are clogged one by one, and unclogged in another order. */
  swizzle: fault({
    written: written(undefined, {}),
    draw: () => ({}),
    evidence: ["letters.clogged"],
    lasts: false,
  }),
  /** Each link carries at most this many bytes per ms. */
  bandwidth: fault({
    written: written("bytesPerMs", { bytesPerMs: whole(1, 1e6) }),
    draw: ({ chance }) => ({ bytesPerMs: one([10, 100, 1000], chance) }),
    evidence: ["letters.queued"],
  }),
} as const;
