import { someNode } from "../options/node-names.ts";
import { listOf } from "../options/rules.ts";
import type { Schema } from "../options/schema.ts";
import { oneOf } from "../options/words.ts";
import { WAIT_OPTIONS, type WaitOptions } from "./deadline.ts";

/** Options for adding a node to a cluster. */
export type AddNodeOptions = WaitOptions & {
  /** `voter`, the default: it gets a vote as soon as it has caught up. `learner`: it gets the log and has no vote. */
  readonly as?: "voter" | "learner" | undefined;
  /** The node that it replaces, which leaves the cluster in the same change and loses its disk. */
  readonly replaces?: string | undefined;
};

/** Which members change together. */
export type MembersChange = {
  /** New nodes, which become voters at once, without catching up first. */
  readonly add?: readonly string[] | undefined;
  /** Learners, on any host, that become voters at once, whether or not they have caught up. */
  readonly promote?: readonly string[] | undefined;
  /** Members that leave; their disks are removed. */
  readonly remove?: readonly string[] | undefined;
  /** Voters that become learners. */
  readonly demote?: readonly string[] | undefined;
};

const NAMES = listOf(someNode, "a list of names of nodes");
export const MEMBERS_CHANGE: Schema<MembersChange> = {
  add: NAMES,
  promote: NAMES,
  remove: NAMES,
  demote: NAMES,
};

export const ADD_NODE_OPTIONS: Schema<AddNodeOptions> = {
  ...WAIT_OPTIONS,
  as: oneOf("voter", "learner"),
  replaces: someNode,
};
