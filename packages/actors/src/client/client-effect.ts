import type { NodeId } from "@kontiki/core";
import { NOTHING_RESULT } from "../sessions/result.ts";
import { ResultsReader, type AnswerRange } from "../sessions/packed-results.ts";
import type { Outcome } from "../sessions/outcome.ts";
import type { CommandBytes } from "../storage/storage.ts";
import type { Consistency, Parcel } from "../mail/wire.ts";

/** What a client wants done, in order. */
export type ClientEffect =
  /** Send these commands to a node as one parcel. One that cannot be delivered comes back as `undelivered`. */
  | {
      readonly type: "send";
      readonly to: NodeId;
      readonly parcel: number;
      readonly commands: readonly CommandBytes[];
    }
  /** Send these questions to a node as one parcel. One that cannot be delivered comes back as `undelivered`. */
  | {
      readonly type: "sendRead";
      readonly to: NodeId;
      readonly parcel: number;
      readonly consistency: Consistency;
      readonly questions: readonly Uint8Array[];
    }
  /** Proposals with consecutive sequence numbers were answered: the state machine's answers, still encoded and packed. */
  | ({ readonly type: "answered" } & AnswerRange)
  /** A proposal has ended in another way, or alone. */
  | { readonly type: "settle"; readonly sequence: number; readonly end: ProposalEnd }
  /** A read has ended. */
  | { readonly type: "settleRead"; readonly read: number; readonly end: ReadEnd };

/** A parcel of a client as it is sent: commands or questions. */
export type Asking = Parcel & { readonly type: "propose" | "read" };

/** `result` holds the state machine's answer, still encoded. */
type Answered = { readonly type: "answered"; readonly result: Uint8Array };

/** The end of most proposals. */
const ANSWERED_NOTHING: Answered = { type: "answered", result: NOTHING_RESULT };

/** How a proposal ended, before its result is decoded. */
export type ProposalEnd =
  Answered | Extract<Outcome<never>, { readonly type: "definitelyNot" | "unknown" }>;

/** How a read ended. One without an answer is never `unknown`: it had no effect. */
export type ReadEnd = Answered | Extract<Outcome<never>, { readonly type: "definitelyNot" }>;

/** How long the client waits, in ms. */
export type ClientTimes = {
  /** For an answer before it sends a command again, doubled each time: longer than an election usually takes. */
  readonly attemptMs: number;
  /** After a refusal that names no other node, before it tries the next one. */
  readonly backoffMs: number;
};

/** What the next parcel gets. */
export type NextParcel = {
  /** The node to send it to; undefined in a cluster without nodes. */
  readonly node: () => NodeId | undefined;
  /** Its number, which no other parcel of the client has. */
  readonly parcel: () => number;
};

/** Most bytes of commands or questions in one parcel; a larger one travels alone. */
export const PARCEL_BYTES_MAX = 1024 * 1024;

/** How often the wait for an answer is doubled at most. */
const PATIENCE_DOUBLINGS_MAX = 4;

/** Twice as long each time no answer came: sending more does not help a cluster that is slow. */
export function patience({ attemptMs }: ClientTimes, unanswered: number): number {
  return attemptMs * 2 ** Math.min(unanswered, PATIENCE_DOUBLINGS_MAX);
}

/** The reason when no answer came in time. */
export const NO_ANSWER = "no answer came before the deadline";

/** Calls back with the sequence number and the end of each proposal of a range, in order. */
export function eachAnswer(
  { first, results }: AnswerRange,
  onEnd: (sequence: number, end: Answered) => void,
): void {
  const reader = new ResultsReader(results);
  for (let sequence = first; reader.next(); sequence += 1) {
    const isNothing = reader.kind === undefined;
    onEnd(sequence, isNothing ? ANSWERED_NOTHING : { type: "answered", result: reader.result });
  }
}

/** The effects with one for each proposal of a range. */
export function spread(effects: readonly ClientEffect[]): ClientEffect[] {
  return effects.flatMap((effect) => {
    if (effect.type !== "answered") return [effect];
    const each: ClientEffect[] = [];
    eachAnswer(effect, (sequence, end) => each.push({ type: "settle", sequence, end }));
    return each;
  });
}
