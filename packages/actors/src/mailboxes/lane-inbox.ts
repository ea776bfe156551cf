import { Bell } from "../lanes/bell.ts";
import type { Frame } from "../lanes/lane.ts";
import { LaneReader } from "../lanes/lane-reader.ts";
import { MailboxTable, SLOTS } from "../lanes/mailbox-table.ts";
import { KIND, toActorIn, type DirectLane, type LaneStart } from "./lane-frames.ts";
import type { ToActor } from "./letter.ts";

/** A lane that leads to the actor, from the one named `node`, which is undefined for the supervisor's and the program's. */
type Source = {
  readonly node: string | undefined;
  readonly incarnation: number;
  readonly reader: LaneReader;
  readonly slot: number;
};

/** Of lanes whose frames name their senders. */
const NAMELESS = { node: undefined, incarnation: 0 };

/** An obituary that waits until all mail of the dead is read. */
type Pending = { readonly letter: ToActor; readonly source: Source | undefined };

type Kept = { letters: number; bytes: number };

type Mail = ToActor & { readonly type: "mail" };

/** What an inbox reports. */
export type InboxHost = {
  /** The supervisor has opened a direct lane. */
  readonly onOpen: () => void;
  /** The lane of that slot is over. `lost` of its letters have never come. */
  readonly onSettled: (slot: number, lost: number) => void;
};

/** The mailbox of an actor's thread: the lanes that lead to it, from which it takes letters in turn. */
export class LaneInbox {
  readonly #host: InboxHost;
  readonly #mailbox: MailboxTable;
  /** What was received and still counts, by slot; undefined if letters count no longer once they are received. */
  readonly #kept: readonly Kept[] | undefined;
  #sources: readonly Source[];
  #next = 0;
  #pending: Pending | undefined;

  /** @param keeps whether letters count in the mailbox until they are {@link handled}, and not only until they are received. */
  constructor(start: LaneStart, host: InboxHost, keeps = false) {
    this.#host = host;
    if (keeps) this.#kept = Array.from({ length: SLOTS }, () => ({ letters: 0, bytes: 0 }));
    this.#mailbox = new MailboxTable(start.mailbox);
    const { program } = start;
    const supervisor = new LaneReader(start.in, new Bell(start.supervisorBell));
    this.#sources = [{ ...NAMELESS, reader: supervisor, slot: 0 }];
    if (program === undefined) return;
    const reader = new LaneReader(program.in, new Bell(program.bell));
    this.#sources = [...this.#sources, { ...NAMELESS, reader, slot: program.slot }];
  }

  /** Whether no lane holds anything. */
  get isEmpty(): boolean {
    if (this.#pending !== undefined) return false;
    for (const { reader } of this.#sources) if (!reader.isEmpty) return false;
    return true;
  }

  /** Adds a lane from another actor. */
  open({ node, incarnation, in: lane, bell, inSlot }: DirectLane): void {
    const reader = new LaneReader(lane, new Bell(bell));
    this.#sources = [...this.#sources, { node, incarnation, reader, slot: inSlot }];
  }

  /** A letter that was kept counts no longer. */
  handled(slot: number, bytes: number): void {
    this.#keep(slot, -1, -bytes);
    this.#mailbox.taken(slot, bytes);
  }

  /** Takes the next letter; undefined if there is none. */
  receive(): ToActor | undefined {
    for (;;) {
      if (this.#pending !== undefined) return this.#receiveBefore(this.#pending);
      const frame = this.#nextFrame();
      if (frame === undefined) return undefined;
      const letter = this.#letterIn(frame.source, frame.frame);
      if (letter !== undefined) return letter;
    }
  }

  #nextFrame(): { readonly source: Source; readonly frame: Frame } | undefined {
    const { length } = this.#sources;
    for (let tried = 0; tried < length; tried += 1) {
      const source = this.#sources[this.#next % length];
      this.#next = (this.#next + 1) % length;
      const frame = source?.reader.read();
      if (source !== undefined && frame !== undefined) return { source, frame };
    }
    return undefined;
  }

  /** The letter in a frame; undefined for one that is handled here, or that others come before. */
  #letterIn(source: Source, frame: Frame): ToActor | undefined {
    const { node, incarnation, slot } = source;
    if (frame.kind === KIND.open) {
      this.#host.onOpen();
      return undefined;
    }
    if (node !== undefined) return this.#counted(node, incarnation, frame.bytes, slot);
    const letter = toActorIn(frame);
    if (letter.type === "mail")
      return this.#counted(letter.from, letter.incarnation, letter.bytes, slot);
    const dead = this.#sources.find(
      (each) => each.node === letter.node && each.incarnation === letter.incarnation,
    );
    this.#pending = { letter, source: dead };
    return undefined;
  }

  /**
   * A letter that is kept counts where it did before: if it moved to another count, a sender that looks between the two steps
   * would find too few letters, and a thread that is killed between them would lose one without a trace.
   */
  #counted(from: string, incarnation: number, bytes: Mail["bytes"], slot: number): ToActor {
    if (this.#kept === undefined) {
      this.#mailbox.taken(slot, bytes.length);
      return { type: "mail", from, incarnation, bytes };
    }
    this.#keep(slot, 1, bytes.length);
    return { type: "mail", from, incarnation, bytes, slot };
  }

  #keep(slot: number, letters: number, bytes: number): void {
    const kept = this.#kept?.[slot];
    if (kept === undefined) return;
    kept.letters += letters;
    kept.bytes += bytes;
  }

  /** What the dead sent comes before its obituary. */
  #receiveBefore({ letter, source }: Pending): ToActor {
    // Looked at first: what was written before a lane was cut is there to be read.
    const isOver = source?.reader.isCut === true;
    const frame = source?.reader.read();
    if (source !== undefined && frame !== undefined) {
      const last = this.#letterIn(source, frame);
      if (last !== undefined) return last;
    }
    this.#pending = undefined;
    if (source !== undefined && isOver) this.#settle(source);
    return letter;
  }

  #settle(source: Source): void {
    this.#sources = this.#sources.filter((each) => each !== source);
    const { slot } = source;
    this.#host.onSettled(slot, this.#mailbox.settle(slot, this.#kept?.[slot]));
  }
}
