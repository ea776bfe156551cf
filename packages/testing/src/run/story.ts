/** One line of a story: a transition of one node, and how all of them stood after it. */
export type StoryLine = {
  /** In ms of the run; undefined where there is no time. */
  readonly at: number | undefined;
  /** The node it happened to; "" for what happened to none, such as a partition. */
  readonly node: string;
  /** What happened, in one line. */
  readonly what: string;
  /** A few characters for each node: its role, term, commit and last index. */
  readonly nodes: Readonly<Record<string, string>>;
};
