import { whole } from "../written/values.ts";
import { node, someNode, written } from "./fields.ts";
import { kindsDrawing, one } from "./kind.ts";

const fault = kindsDrawing(({ chance }) => ({
  node: one(["leader", "follower", "any"], chance),
}));

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
  /** Hands leadership over, to `node` if that is given. */
  transfer: fault({
    written: written("node", { node: someNode }),
    draw: ({ chance }) => (chance.happens(1 / 2) ? {} : { node: "follower" }),
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
