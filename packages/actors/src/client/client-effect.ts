import type { NodeId } from "@kontiki/core";
import type { Outcome } from "../sessions/outcome.ts";
import type { CommandBytes } from "../storage/storage.ts";
import type { Consistency } from "../mail/wire.ts";

/** What the client wants done, in order. */
export type ClientEffect =
  /** Send these commands to a node as one parcel. When that cannot be delivered at all, say `refused` or `busy`. */
  | {
      readonly type: "send";
      readonly to: NodeId;
      readonly parcel: number;
      readonly commands: readonly CommandBytes[];
    }
  /** Send these questions to a node as one parcel. When that cannot be delivered, say `readRefused` or `busy`. */
  | {
      readonly type: "sendRead";
      readonly to: NodeId;
      readonly parcel: number;
      readonly consistency: Consistency;
      readonly questions: readonly Uint8Array[];
    }
  /** A proposal has ended. `result` holds the state machine's answer, still encoded. */
  | { readonly type: "settle"; readonly sequence: number; readonly end: ProposalEnd }
  /** A read has ended. */
  | { readonly type: "settleRead"; readonly read: number; readonly end: ReadEnd };

type Answered = { readonly type: "answered"; readonly result: Uint8Array };

/** How a proposal ended, before its result is opened. */
export type ProposalEnd =
  Answered | Extract<Outcome<never>, { readonly type: "definitelyNot" | "unknown" }>;

/** How a read ended. One without an answer is never `unknown`: it had no effect. */
export type ReadEnd = Answered | Extract<Outcome<never>, { readonly type: "definitelyNot" }>;

/** How long the client waits, in ms. */
export type ClientTimes = {
  /** For an answer, before it sends a command again, doubled each time: longer than an election usually takes. */
  readonly attemptMs: number;
  /** After a refusal without a better address, before it tries the next node. */
  readonly backoffMs: number;
};

/** Most bytes of commands or questions in one parcel; a larger one travels alone. */
export const PARCEL_BYTES_MAX = 1024 * 1024;

/** How often the wait for an answer is doubled at most. */
const PATIENCE_DOUBLINGS_MAX = 4;

/** Twice as long each time no answer came: a cluster that is slow is not helped by more of the same. */
export function patience({ attemptMs }: ClientTimes, unanswered: number): number {
  return attemptMs * 2 ** Math.min(unanswered, PATIENCE_DOUBLINGS_MAX);
}

/** What is said of something that found no answer in time. */
export const NO_ANSWER = "no answer came before the deadline";
