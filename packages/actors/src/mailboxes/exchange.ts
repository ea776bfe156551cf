import { cutLane, newLane } from "../lanes/lane.ts";
import { SLOTS } from "../lanes/mailbox-table.ts";
import type { DirectLane } from "./lane-frames.ts";
import { FIRST_DIRECT_SLOT, LANE_BYTES, type ActorMail } from "./actor-mail.ts";

/** A thread, as far as its lanes are concerned. */
export type Connected = {
  readonly mail: Pick<ActorMail, "bell" | "mailbox">;
  /** Opens a direct lane to another actor's thread. */
  readonly openLane: (lane: DirectLane) => void;
};

/** A thread that takes part, the free slots of its mailbox, and its lanes in both directions. */
type Line = {
  readonly incarnation: number;
  readonly thread: Connected;
  readonly free: number[];
  readonly lanes: Set<SharedArrayBuffer>;
};

/** Opens direct lanes between the threads of actors, and cuts those of a thread that is gone. */
export class Exchange {
  readonly #lines = new Map<string, Line>();

  /** Opens lanes between a thread and all others. */
  attach(node: string, incarnation: number, thread: Connected): void {
    // The last slots first; the supervisor and the program have the first two.
    const free = Array.from(
      { length: SLOTS - FIRST_DIRECT_SLOT },
      (_, at) => at + FIRST_DIRECT_SLOT,
    );
    const line: Line = { incarnation, thread, free, lanes: new Set() };
    for (const [peer, other] of this.#lines) connect(node, line, peer, other);
    this.#lines.set(node, line);
  }

  /** Cuts the lanes of a thread that is gone. */
  detach(node: string): void {
    const line = this.#lines.get(node);
    if (line === undefined) return;
    this.#lines.delete(node);
    for (const lane of line.lanes) {
      cutLane(lane);
      for (const { lanes } of this.#lines.values()) lanes.delete(lane);
    }
  }

  /** An actor has taken all that was in a lane that was cut: its slot is free. */
  settled(node: string, slot: number): void {
    this.#lines.get(node)?.free.push(slot);
  }
}

/** A mailbox without a free slot gets no direct lane: its mail travels by the supervisor. */
function connect(a: string, lineA: Line, b: string, lineB: Line): void {
  const [slotA, slotB] = [lineA.free.at(-1), lineB.free.at(-1)];
  if (slotA === undefined || slotB === undefined) return;
  lineA.free.pop();
  lineB.free.pop();
  const [toA, toB] = [newLane(LANE_BYTES), newLane(LANE_BYTES)];
  for (const lane of [toA, toB]) {
    lineA.lanes.add(lane);
    lineB.lanes.add(lane);
  }
  const forA = { in: toA, inSlot: slotA, out: toB, outSlot: slotB };
  const forB = { in: toB, inSlot: slotB, out: toA, outSlot: slotA };
  lineA.thread.openLane(laneTo(b, lineB, forA));
  lineB.thread.openLane(laneTo(a, lineA, forB));
}

type Ends = Pick<DirectLane, "in" | "inSlot" | "out" | "outSlot">;

function laneTo(node: string, { incarnation, thread }: Line, ends: Ends): DirectLane {
  const { bell, mailbox } = thread.mail;
  return { node, incarnation, bell: bell.shared, mailbox: mailbox.shared, ...ends };
}
