import { decode, encodeShared } from "../bytes/codec.ts";
import { giveBack } from "../bytes/large-buffers.ts";
import type { Frame } from "../lanes/lane.ts";
import type { LaneWriter } from "../lanes/lane-writer.ts";
import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import type { OutgoingLetter, ToActor } from "./letter.ts";
import { textBytes, textOf } from "./repeated-text.ts";

/**
 * What travels in lanes between an actor's thread and its supervisor, the program, and other actors. The program's lanes
 * carry the same frames as the supervisor's.
 *
 * @module
 */

/** The kinds of frames. */
export const KIND = {
  /** A letter. Its meta is empty between two actors: the lane identifies the sender and its incarnation. */
  mail: 0,
  /** Supervisor to actor: the end of a start of another actor. Its bytes are the text of the cause. */
  obituary: 1,
  /** Supervisor to actor: the next message in the actor's port is a {@link DirectLane}, which is open from now on. */
  open: 2,
  /** Actor to supervisor: a {@link MailReport}, or a report of the actor's own. */
  report: 3,
  /** Actor to supervisor: a letter that counts against no bound. */
  unbounded: 4,
  /** Actor to supervisor: a {@link FiguresReport}, as three doubles. */
  figures: 5,
} as const;

/** What an actor's thread needs for its lanes. */
export type LaneStart = {
  /** The bells of the actor and of the supervisor. */
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
        /** The slot of `in` in the actor's mailbox. */
        readonly slot: number;
      }
    | undefined;
  /** The account of the actor's mailbox. The supervisor's slot is 0. */
  readonly mailbox: SharedArrayBuffer;
  /** The bounds of each actor's mailbox. */
  readonly limits: MailboxLimits;
  /** See `MailRoute`. Undefined when letters always take the direct lane if there is one. */
  readonly route?: SharedArrayBuffer | undefined;
};

/** A lane in each direction between the threads of two actors, as one of them gets it. `node` is the name of the other. */
export type DirectLane = {
  readonly node: string;
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

/** What an actor's thread reports of its mail. */
export type MailReport =
  /** Letters that it could not send, because the mailbox of `to` was full. */
  | { readonly type: "undelivered"; readonly to: string; readonly count: number }
  /** A lane from a thread that is gone is over, and its slot is free. `lost` of its letters have never come. */
  | { readonly type: "settled"; readonly slot: number; readonly lost: number };

/** Three numbers. */
export type Figures = readonly [number, number, number];

/**
 * A report of three numbers, whose meaning the kind of actor gives. What is reported very often has a frame of its own: encoding
 * and decoding the names of fields takes longer than all else that is done with it.
 */
export type FiguresReport = { readonly type: "figures"; readonly figures: Figures };

const NOTHING = new Uint8Array(0);

/** Where figures are written and read. */
const doubles = new Float64Array(3);
const doubleBytes = new Uint8Array(doubles.buffer);

/** Writes a letter or an obituary for an actor. */
export function writeToActor(lane: LaneWriter, letter: ToActor): void {
  switch (letter.type) {
    case "mail":
      lane.write(KIND.mail, letter.bytes, textBytes(`${letter.incarnation} ${letter.from}`));
      return giveBack(letter.bytes);
    case "obituary":
      return lane.write(
        KIND.obituary,
        letter.cause === undefined ? NOTHING : textBytes(letter.cause),
        textBytes(`${startOf(letter)} ${letter.node}`),
      );
    default:
      return letter satisfies never;
  }
}

/** A start of an actor, and after a slash its stage, if it has one. */
function startOf({ incarnation, stage }: ToActor & { readonly type: "obituary" }): string {
  return stage === undefined ? `${incarnation}` : `${incarnation}/${stage}`;
}

/** Writes that a direct lane is open, which was posted to the actor's port before. */
export function writeOpen(lane: LaneWriter): void {
  lane.write(KIND.open, NOTHING);
}

/** The letter or the obituary in a frame from the supervisor. */
export function toActorIn({ kind, meta, bytes }: Frame): ToActor {
  const text = textOf(meta);
  const space = text.indexOf(" ");
  const name = text.slice(space + 1);
  if (kind !== KIND.obituary)
    return { type: "mail", from: name, incarnation: Number(text.slice(0, space)), bytes };
  const [start, stage] = text.slice(0, space).split("/");
  const incarnation = Number(start);
  const cause = bytes.length > 0 ? { cause: textOf(bytes) } : {};
  const at = stage === undefined ? {} : { stage: Number(stage) };
  return { type: "obituary", node: name, incarnation, ...cause, ...at };
}

/** Writes a letter for the supervisor to carry. */
export function writeMail(lane: LaneWriter, letter: OutgoingLetter): void {
  const { to, bytes, isUnbounded = false } = letter;
  lane.write(isUnbounded ? KIND.unbounded : KIND.mail, bytes, textBytes(to));
  giveBack(bytes);
}

/** Writes a report for the supervisor. */
export function writeReport(lane: LaneWriter, report: MailReport | object): void {
  lane.write(KIND.report, encodeShared(report));
}

/** Writes a {@link FiguresReport} for the supervisor. */
export function writeFigures(lane: LaneWriter, figures: Figures): void {
  doubles.set(figures);
  lane.write(KIND.figures, doubleBytes);
}

/** The letter in a frame for the supervisor; undefined if it is a report. */
export function mailIn({ kind, meta, bytes }: Frame): OutgoingLetter | undefined {
  if (kind === KIND.report || kind === KIND.figures) return undefined;
  const to = textOf(meta);
  return kind === KIND.unbounded ? { to, bytes, isUnbounded: true } : { to, bytes };
}

/** The report in a frame for the supervisor. */
export function reportIn({ kind, bytes }: Frame): unknown {
  if (kind !== KIND.figures) return decode(bytes);
  doubleBytes.set(bytes);
  const { 0: first = 0, 1: second = 0, 2: third = 0 } = doubles;
  return { type: "figures", figures: [first, second, third] } satisfies FiguresReport;
}
