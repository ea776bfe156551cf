/** One line of a story, the readable trace of a run: a transition of one node, and the state of all nodes after it. */
export type StoryLine = {
  /** In ms of the run; undefined in an exploration, which has no time. */
  readonly at: number | undefined;
  /** The node it happened to; "" for an event that belongs to no node, such as a partition. */
  readonly node: string;
  /** What happened, in one line. */
  readonly what: string;
  /** A few characters for each node: its role, term, commit and last index. */
  readonly nodes: Readonly<Record<string, string>>;
};

/** A situation in which a rule decides, and when a run met it first. */
export type MetSituation = {
  /** Its name, such as `elections.evenHalf`. */
  readonly name: string;
  /** The situation, in one sentence. */
  readonly text: string;
  /** In ms of the run. */
  readonly at: number;
};

/** The lines of a story that the violated claim depends on. */
export type StorySlice = {
  /** In the order of the story; all lines of a run in which nothing is violated. */
  readonly lines: readonly StoryLine[];
  /** How many lines the whole story has. */
  readonly of: number;
  /** What the claim is about, such as `n1, n2, term 3`; "" when all lines are there. */
  readonly about: string;
};
