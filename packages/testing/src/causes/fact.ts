/**
 * Something that an event made true, or decided again, as a key: `lead n1 3`. The last event before a moment that made it
 * is the one that counts at that moment.
 */
export type Fact = string;

/** The kinds of facts, and how they are written. */
export const facts = {
  /** It leads this term. */
  lead: (node: string, term: number): Fact => `lead ${node} ${term}`,
  /** It stands for election in this term. */
  stand: (node: string, term: number): Fact => `stand ${node} ${term}`,
  /** It votes for the candidate in this term. */
  vote: (node: string, term: number, candidate: string): Fact =>
    `vote ${node} ${term} ${candidate}`,
  /** It refuses to vote for the candidate in this term. */
  refuse: (node: string, term: number, candidate: string): Fact =>
    `refuse ${node} ${term} ${candidate}`,
  /** What it is now: it leads, stands, or follows some leader. */
  role: (node: string): Fact => `role ${node}`,
  /** It asks another node to stand. */
  handOver: (to: string): Fact => `handOver ${to}`,
  /** What its log has at this index: written, replaced or removed. */
  log: (node: string, index: number): Fact => `log ${node} ${index}`,
  /** Its log no longer has what it had at this index. It depends on what that was. */
  lost: (node: string, index: number): Fact => `lost ${node} ${index}`,
  /** It promises the leader to hold the log up to this index. */
  ack: (node: string, leader: string, index: number): Fact => `ack ${node} ${leader} ${index}`,
  /** It knows that the entry is committed. */
  commit: (node: string, index: number): Fact => `commit ${node} ${index}`,
  /** The first node knows that the entry is committed. */
  decided: (index: number): Fact => `decided ${index}`,
  /** Its state machine has applied this entry. */
  applied: (node: string, index: number): Fact => `applied ${node} ${index}`,
  /** The state of its machine after this entry, which all entries before it led to. */
  state: (node: string, index: number): Fact => `state ${node} ${index}`,
  /** It has a snapshot up to this index. */
  snapshot: (node: string, index: number): Fact => `snapshot ${node} ${index}`,
  /** Its process runs again. */
  run: (node: string): Fact => `run ${node}`,
  /** Its process has ended. */
  down: (node: string): Fact => `down ${node}`,
  /** A fault damaged its disk. */
  damage: (node: string): Fact => `damage ${node}`,
  /** A client began the operation. */
  call: (operation: number): Fact => `call ${operation}`,
  /** The client has the result. */
  answer: (operation: number): Fact => `answer ${operation}`,
  /** All faults have ended. */
  healed: (): Fact => "healed",
  /** The last thing that the story tells of this node. */
  told: (node: string): Fact => `told ${node}`,
} as const;

/** A fact that an event made, and the earlier facts that it made it from. */
export type Cause = { readonly made: Fact; readonly needs: readonly Fact[] };

/** An event of a run, as far as facts depend on it. */
export type TracedEvent = {
  /** In ms of the run. */
  readonly at: number;
  /** The node it happened to; "" for none. */
  readonly node: string;
  /** The number of the line that tells it, from 0; undefined when no line does. */
  readonly line: number | undefined;
  readonly causes: readonly Cause[];
  /** Set when a fault begins that lasts, or ends. */
  readonly fault?: TracedFault;
  /** Whether a check failed at this event. */
  readonly isViolation: boolean;
};

/** A fault that began on these nodes, or ended. */
export type TracedFault = {
  readonly id: number;
  /** Undefined at its end. */
  readonly nodes: readonly string[] | undefined;
};
