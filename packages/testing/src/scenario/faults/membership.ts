import * as v from "valibot";
import { flag, whole } from "../written/values.ts";
import { node, someNode, written } from "./fields.ts";
import { kindsDrawing, one } from "./kind.ts";

const fault = kindsDrawing(({ chance }) => ({
  node: one(["leader", "follower", "any"], chance),
}));

/** How many voters come and leave in one change. */
const SHAPES = [
  { in: 1, out: 1 },
  { in: 2, out: 0 },
  { in: 2, out: 1 },
  { in: 1, out: 2 },
  { in: 2, out: 2 },
  { in: 0, out: 2 },
  { in: 3, out: 3 },
  { in: 0, out: 0, demote: 1 },
  { in: 2, out: 0, demote: 2 },
] as const;

/** What operators do. They go on trying until it is done or the faults end. */
export const MEMBERSHIP_FAULTS = {
  /** Adds a voter. */
  add: fault({
    written: written(undefined, {}),
    draw: () => ({}),
    evidence: ["change.done"],
    threads: "operator",
    makesNodes: true,
  }),
  /** Removes a member. */
  remove: fault({
    written: written("node", { node }),
    draw: ({ node: member }) => ({ node: member }),
    evidence: ["change.done"],
    threads: "operator",
  }),
  /** Replaces a voter by a new one. */
  replace: fault({
    written: written("node", { node }),
    draw: ({ node: member }) => ({ node: member }),
    evidence: ["change.done"],
    threads: "operator",
    makesNodes: true,
  }),
  /** Adds a learner. */
  addLearner: fault({
    written: written(undefined, {}),
    draw: () => ({}),
    threads: "operator",
    makesNodes: true,
  }),
  /** Makes a learner a voter. */
  promote: fault({
    written: written(undefined, {}),
    draw: () => ({}),
    threads: "operator",
  }),
  /** Adds voters until there are this many. */
  grow: fault({
    written: written("to", { to: whole(1, 9) }),
    draw: ({ nodes, chance }) => ({ to: nodes + chance.between(1, 2) }),
    threads: "operator",
    makesNodes: true,
  }),
  /** Removes voters until there are this many. */
  shrink: fault({
    written: written("to", { to: whole(1, 9) }),
    draw: ({ nodes, chance }) => ({ to: Math.max(1, nodes - chance.between(1, 2)) }),
    threads: "operator",
  }),
  /**
   * One change of several members, through a joint membership: `in` new voters come, `out` voters leave, the leader among
   * them or not, and `demote` voters become learners. Fewer leave where some must stay.
   */
  reshape: fault({
    written: written(undefined, {
      in: v.optional(whole(0, 8), 1),
      out: v.optional(whole(0, 8), 1),
      demote: v.exactOptional(whole(0, 8)),
    }),
    draw: ({ chance }) => one(SHAPES, chance),
    evidence: ["change.done"],
    threads: "operator",
    makesNodes: true,
  }),
  /**
   * Hands leadership over, to `node` if that is given. `deaf`: soon afterwards, and while the fault lasts, the old leader hears
   * nothing from `node`, so it learns late that it was replaced.
   */
  transfer: fault({
    written: written("node", { node: someNode, deaf: v.exactOptional(flag) }),
    draw: ({ chance }) => {
      if (chance.happens(1 / 3)) return {};
      return chance.happens(1 / 2) ? { node: "follower" } : { node: "follower", deaf: true };
    },
    evidence: ["transfers.told"],
  }),
  /** A node takes a snapshot. */
  snapshot: fault({
    written: written("node", { node }),
    draw: ({ node: taker }) => ({ node: taker }),
    evidence: ["snapshots.taken"],
  }),
  /** A node drops its log up to its snapshot. */
  compact: fault({
    written: written("node", { node }),
    draw: ({ node: taker }) => ({ node: taker }),
    evidence: ["compactions"],
  }),
} as const;
