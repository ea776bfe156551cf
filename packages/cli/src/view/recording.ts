/**
 * What a page shows: a run or a cluster as a list of events, each with what it changed.
 *
 * These are types alone. The page is built from another package, which reads them, and nothing else, of this one.
 *
 * @module
 */

/** The number of this format. A page and its data are of one version, so it only finds mistakes. */
export type RecordingFormat = 1;

/** What is recorded, without its events. */
export type RecordingHead = {
  readonly format: RecordingFormat;
  /** What ran, in one line. */
  readonly title: string;
  /** A sentence about it; "" for none. */
  readonly about: string;
  readonly source: "simulation" | "exploration" | "traces" | "live";
  /** What `at` of an event counts: milliseconds, or, where no clock was recorded, events. */
  readonly clock: "ms" | "events";
  /** The token of the run, by which a page runs it again; undefined for what a page cannot run. */
  readonly token?: string;
  /** The shell command that shows the same again; "" for a cluster. */
  readonly command: string;
  /** The nodes that are there at the beginning. */
  readonly nodes: readonly string[];
  /** Shortest time without a leader before an election, in ms; undefined where it is not known. */
  readonly electionTimeoutMs: number | undefined;
};

/** The judgement of a run. */
export type RecordedVerdict = {
  readonly verdict: "valid" | "violated" | "unknown";
  /** Why it is unknown. */
  readonly doubts: readonly string[];
};

/** A run that is over. */
export type Recording = RecordingHead & {
  /** Undefined where nothing judges it. */
  readonly judged: RecordedVerdict | undefined;
  /** The event to show first, counted from 1; undefined for the beginning. */
  readonly opensAt: number | undefined;
  readonly events: readonly RecordedEvent[];
};

/**
 * What happened. `step`: the core of a node took an event. `sent`, `received`, `lost`: a letter. `applied`: a state machine
 * applied an entry. `started`, `ended`, `refused`: a process of a node. `disk`: damage, or a restored snapshot. `fault`: one
 * began, ended or was skipped. `client`: a client called, or got a result. `phase`: the run healed or settled, or a remark
 * about the recording.
 */
export type RecordedType =
  | "step"
  | "sent"
  | "received"
  | "lost"
  | "applied"
  | "started"
  | "ended"
  | "refused"
  | "disk"
  | "fault"
  | "client"
  | "violation"
  | "phase";

/** One event, and what it changed. */
export type RecordedEvent = {
  /** See `clock`. Never less than that of the event before. */
  readonly at: number;
  readonly type: RecordedType;
  /** The node that it happened to; "" for none. */
  readonly node: string;
  /** What happened, in one line. */
  readonly text: string;
  /** Whether a story of the run leaves it out: heartbeats, letters, promises. */
  readonly quiet?: true;
  /** By node. */
  readonly changes?: Readonly<Record<string, NodeChange>>;
  /** The letter that was sent. */
  readonly letter?: Letter;
  /** The number of the letter that arrived, or was lost for this reason. */
  readonly end?: { readonly letter: number; readonly lost?: string };
  readonly fault?: FaultMark;
  /** All pairs of nodes between which letters are lost from now on, as `n1>n2`. Absent: as before. */
  readonly cuts?: readonly string[];
};

/** A letter between two nodes, or between a node and a client. */
export type Letter = {
  readonly id: number;
  readonly from: string;
  readonly to: string;
  /** What it is about, by which a page colours it. */
  readonly kind: "vote" | "append" | "reply" | "snapshot" | "client" | "other";
  /** Its messages, one line each. */
  readonly text: string;
};

/** The beginning or the end of a fault. */
export type FaultMark = {
  readonly id: number;
  readonly name: string;
  readonly phase: "began" | "ended" | "skipped";
  readonly nodes: readonly string[];
};

/** What changed of a node. */
export type NodeChange = {
  /** Changes of the core's state: see {@link Patch}. */
  readonly state?: Patch;
  readonly log?: LogChange;
  /** The last entry that its state machine applied. */
  readonly applied?: number;
  readonly life?: NodeLife;
  /** Its election timer began again; or the timer that it has started, where its end is known. */
  readonly timer?: true | NodeTimer;
};

/** A timer, in the time of the recording. */
export type NodeTimer = {
  readonly from: number;
  /** When it ends unless it is started again. */
  readonly to: number;
  /** `hastened`: an election timer of which only a short random time is left. */
  readonly kind: "election" | "hastened" | "heartbeat";
};

/** Whether a process runs; a paused one stands still. Of one on a host that does not answer nothing is known: `silent`. */
export type NodeLife = "up" | "down" | "paused" | "silent";

/** A change of a log. The parts apply in this order. */
export type LogChange = {
  /** The log is another one, that begins after this position: at a start, or with the snapshot of a leader. */
  readonly base?: readonly [index: number, term: number];
  /** Entries after this one are gone. */
  readonly after?: number;
  /** Entries at its end. */
  readonly append?: readonly Cell[];
  /** Entries up to this one are in a snapshot, and left out. */
  readonly compact?: number;
};

/** An entry: its term, whether it is a command, a no-op or a membership, and its content in a few words. */
export type Cell = readonly [term: number, kind: "c" | "n" | "m", text: string];

/**
 * Changes of a value with fields. A field that is null is gone; one with fields is changed field by field, except that one
 * with a `type` replaces the value before, which was of another type.
 */
export type Patch = { readonly [field: string]: PatchValue };

/** Plain JSON. */
export type PatchValue = null | boolean | number | string | readonly PatchValue[] | Patch;
