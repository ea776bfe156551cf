/** What completion knows when a word is typed. */
export type Known = {
  readonly nodeIds: readonly string[];
  /** The first word of each verb. */
  readonly firstWords: readonly string[];
};

/** The words that an argument can be completed to. */
export type Completion = (known: Known) => readonly string[];

export const nodes: Completion = ({ nodeIds }) => nodeIds;

export const nodesOrLeader: Completion = ({ nodeIds }) => [...nodeIds, "leader"];
