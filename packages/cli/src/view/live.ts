import type { RecordedEvent, RecordingHead } from "./recording.ts";

/**
 * What a live page receives and sends. Types alone, like `recording.ts`.
 *
 * @module
 */

/** A verb of the prompt, as a button shows it. */
export type LiveVerb = {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
  /** Whether a node is all that it needs. */
  readonly takesNode: boolean;
  /** Whether it needs no argument. */
  readonly isAlone: boolean;
};

/** The first event of a stream, `head`: all that is known. A page that reconnects begins again with it. */
export type LiveHead = {
  readonly head: RecordingHead;
  readonly verbs: readonly LiveVerb[];
  readonly events: readonly RecordedEvent[];
  readonly figures: readonly Figures[];
};

/** Each further event, `batch`: what has happened since the one before. */
export type LiveBatch = {
  readonly events: readonly RecordedEvent[];
  readonly figures: readonly Figures[];
  /** States and events that were left out, because there were too many. */
  readonly skipped: number;
  /** The share of letters that is recorded: less than 1 while there are too many. */
  readonly share: number;
};

/** What was measured in about one second. */
export type Figures = {
  /** Its end, in ms. */
  readonly at: number;
  /** Entries committed per second. */
  readonly commits: number;
  /** Commands of the prompt and of pages that ended, and how long they took, in ms; undefined when there were none. */
  readonly calls: number;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** Elections per second. */
  readonly elections: number;
};

/** The answer to a command that a page sent. */
export type CommandReply = { readonly ok: boolean; readonly text: string };
