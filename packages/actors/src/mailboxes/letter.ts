import type { ClientAddress } from "./address.ts";

/**
 * What passes between actors. `Name` is the type of their names.
 *
 * @module
 */

/** A letter in transit. Its carriers never decode `bytes`. */
export type Letter<Name extends string = string> = {
  /** The receiver. */
  readonly to: Name | ClientAddress;
  /** The sender. */
  readonly from: Name | ClientAddress;
  /** Which start of the sender's thread sent it; 0 for a client. */
  readonly incarnation: number;
  /** The encoded message. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it counts against no bound: it is one of a bounded number, such as an answer. */
  readonly isUnbounded?: boolean;
};

/**
 * A letter as an actor posts it: the lane that it takes identifies the sender and its incarnation. Its bytes are used again once
 * they are in the lane, so they are of one letter only, and its sender must not read them after that.
 */
export type OutgoingLetter<Name extends string = string> = Pick<
  Letter<Name>,
  "to" | "bytes" | "isUnbounded"
> & {
  /** Whether a receiver that dozes may find it when something else wakes it. */
  readonly canWait?: boolean;
};

/** What an actor receives. */
export type ToActor<Name extends string = string> =
  /**
   * A letter. `incarnation` is its sender's; 0 for a client. One that counts in the mailbox until it is handled has the `slot`
   * that it counts in.
   */
  | ({ readonly type: "mail"; readonly slot?: number } & Pick<
      Letter<Name>,
      "from" | "incarnation" | "bytes"
    >)
  /**
   * That start of the actor of that name no longer takes part. This is certain, so no actor has to wait for a timeout. It
   * does not count against the bounds of the mailbox. Everything that the dead actor sent comes before it. `cause` is only
   * there where the supervisor passes it on. With a `stage` its thread still runs, and the actor takes part again at a later
   * stage, by a number of its own that only grows: the obituary may come late, even after that.
   */
  | {
      readonly type: "obituary";
      readonly node: Name;
      readonly incarnation: number;
      readonly cause?: string;
      readonly stage?: number;
    };

/**
 * Why mail was not delivered. Raft sends again; a client gets the reason. The last three are of mail between hosts:
 * `repeated` came twice or late, `other cluster` was sent by another cluster, `no connection` was not sent.
 */
export type DeadLetterReason =
  | "not running"
  | "mailbox full"
  | "stale incarnation"
  | "unknown address"
  | "malformed"
  | "repeated"
  | "other cluster"
  | "no connection";
