import { Buffer } from "node:buffer";
import type { NodeId } from "@kontiki/core";
import { decode, encode } from "../bytes/codec.ts";
import type { Frame } from "../lanes/lane.ts";
import type { LaneWriter } from "../lanes/lane-writer.ts";
import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import type { Address } from "../mail/address.ts";
import type { FromNode, OutgoingMail, ToNode } from "../mail/protocol.ts";

/**
 * What travels in lanes between a node's thread and its supervisor, the program, and other nodes. The program's lanes carry
 * the same frames as the supervisor's.
 *
 * @module
 */

/** The kinds of frames. */
export const KIND = {
  /** A letter. Its meta is empty between two nodes: the lane identifies the sender and its incarnation. */
  mail: 0,
  /** Supervisor to node: the end of a start of another node. */
  obituary: 1,
  /** Supervisor to node: the next message in the node's port is a {@link DirectLane}, which is open from now on. */
  open: 2,
  /** Node to supervisor: a {@link LaneReport}. */
  report: 3,
} as const;

/** What a node's thread needs for its lanes. */
export type LaneStart = {
  /** The bells of the node and of the supervisor. */
  readonly bell: SharedArrayBuffer;
  readonly supervisorBell: SharedArrayBuffer;
  /** The lanes from and to the supervisor. */
  readonly in: SharedArrayBuffer;
  readonly out: SharedArrayBuffer;
  /** The lanes from and to the program's thread; undefined if the supervisor is in that thread. */
  readonly program:
    | {
        readonly bell: SharedArrayBuffer;
        readonly in: SharedArrayBuffer;
        readonly out: SharedArrayBuffer;
        /** The slot of `in` in the node's mailbox. */
        readonly slot: number;
      }
    | undefined;
  /** The account of the node's mailbox. The supervisor's slot is 0. */
  readonly mailbox: SharedArrayBuffer;
  /** The bounds of each node's mailbox. */
  readonly limits: MailboxLimits;
  /** See `MailRoute`. Undefined when letters always take the direct lane if there is one. */
  readonly route?: SharedArrayBuffer | undefined;
};

/** A lane in each direction between the threads of two nodes, as one of them gets it. */
export type DirectLane = {
  readonly node: NodeId;
  readonly incarnation: number;
  readonly bell: SharedArrayBuffer;
  readonly in: SharedArrayBuffer;
  /** The slot of `in` in the own mailbox. */
  readonly inSlot: number;
  readonly out: SharedArrayBuffer;
  /** The mailbox at the end of `out`, and its slot there. */
  readonly mailbox: SharedArrayBuffer;
  readonly outSlot: number;
};

/** What a node's thread reports of its mail. */
export type MailReport =
  /** Letters that it could not send, because the mailbox of `to` was full. */
  | { readonly type: "undelivered"; readonly to: NodeId; readonly count: number }
  /** A lane from a thread that is gone is over, and its slot is free. `lost` of its letters have never come. */
  | { readonly type: "settled"; readonly slot: number; readonly lost: number };

/** What a node reports by its lanes; everything else travels by its port. */
export type LaneReport =
  | MailReport
  | (FromNode & { readonly type: "membership" | "trouble" })
  | Pick<FromNode & { readonly type: "turn" }, "type" | "malformed" | "raft">;

const NOTHING = new Uint8Array(0);

/** Writes a letter or an obituary for a node. */
export function writeToNode(lane: LaneWriter, letter: ToNode): void {
  switch (letter.type) {
    case "mail":
      return lane.write(KIND.mail, letter.bytes, textBytes(`${letter.incarnation} ${letter.from}`));
    case "obituary":
      return lane.write(KIND.obituary, NOTHING, textBytes(`${letter.incarnation} ${letter.node}`));
    default:
      return letter satisfies never;
  }
}

/** Writes that a direct lane is open, which was posted to the node's port before. */
export function writeOpen(lane: LaneWriter): void {
  lane.write(KIND.open, NOTHING);
}

/** The letter or the obituary in a frame from the supervisor. */
export function toNodeIn({ kind, meta, bytes }: Frame): ToNode {
  const text = textOf(meta);
  const space = text.indexOf(" ");
  const incarnation = Number(text.slice(0, space));
  const name = text.slice(space + 1) as Address;
  return kind === KIND.obituary
    ? { type: "obituary", node: name as NodeId, incarnation }
    : { type: "mail", from: name, incarnation, bytes };
}

/** Writes a letter for the supervisor to carry. */
export function writeMail(lane: LaneWriter, { to, bytes }: OutgoingMail): void {
  lane.write(KIND.mail, bytes, textBytes(to));
}

/** Writes a report for the supervisor. */
export function writeReport(lane: LaneWriter, report: LaneReport): void {
  lane.write(KIND.report, encode(report));
}

/** The letter in a frame for the supervisor. */
export function mailIn({ meta, bytes }: Frame): OutgoingMail {
  return { to: textOf(meta) as Address, bytes };
}

/** The report in a frame for the supervisor. */
export function reportIn({ bytes }: Frame): LaneReport {
  return decode(bytes) as LaneReport;
}

function textBytes(text: string): Uint8Array {
  return Buffer.from(text);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}
