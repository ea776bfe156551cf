import { sortDown, type Layout } from "./canonical.ts";
import { END, TRIGGER } from "./happen.ts";
import type { Model, Outcome } from "./model.ts";
import { HAPPENED } from "./sometimes.ts";
import { isLeft, oneOf, spentOf } from "./spent.ts";

/** The trigger of a message that is dropped, which no node ever meets. */
export const DROP = -1;

const ENDS = [END.well, END.losing, END.keeping] as const;

/**
 * Everything that may happen next in a state of the cluster, one move after the other.
 *
 * The fields tell the move at hand while `visit` is called, and are overwritten by the next.
 */
export class Moves {
  readonly #model: Model;
  readonly #layout: Layout;
  /** Which of so many sends are lost, as bits, when there is room for so many less: by both counts. */
  readonly #losses = new Map<number, readonly number[]>();
  #from: Int32Array = new Int32Array();
  #visit: () => void = () => {};

  /** The state that it leads to. */
  readonly state: Int32Array;
  /** The place of the node it happens at. */
  at = 0;
  /** One of `TRIGGER`, a proposal, a message, or {@link DROP}. */
  trigger = 0;
  /** One of `END`. */
  end = 0;
  /** The number of the message that comes or is dropped, 0 if none. */
  packet = 0;
  /** Whether that message stays in flight. */
  stays = false;
  /** The numbers of the messages that leave. */
  sent: readonly number[] = [];
  /** Which of them are lost, as bits by their places. */
  lost = 0;
  /** Bits of `HAPPENED`. */
  happened = 0;
  /** What is wrong. */
  broken: string | undefined;

  constructor(model: Model, layout: Layout) {
    this.#model = model;
    this.#layout = layout;
    this.state = new Int32Array(layout.words);
  }

  /** Calls back for each move from a state, in an order that only the state decides. */
  from(state: Int32Array, visit: () => void): void {
    this.#from = state;
    this.#visit = visit;
    const { bounds } = this.#model;
    const spent = this.#word(this.#layout.spent);
    for (let at = 0; at < this.#layout.nodes; at += 1) {
      this.#happens(at, TRIGGER.election, 0, 0);
      if (isLeft(bounds, spent, "heartbeats"))
        this.#happens(at, TRIGGER.heartbeat, 0, oneOf("heartbeats"));
      this.#happens(at, TRIGGER.silence, 0, 0);
      this.#happens(at, TRIGGER.sync, 0, 0);
      this.#happens(at, TRIGGER.none, 0, 0);
      if (isLeft(bounds, spent, "proposals")) {
        const proposal = TRIGGER.propose + spentOf(spent, "proposals");
        this.#happens(at, proposal, 0, oneOf("proposals"));
      }
    }
    this.#messages(spent);
  }

  #word(at: number): number {
    return this.#from[at] ?? 0;
  }

  #messages(spent: number): void {
    const { bounds, firstMessage } = this.#model;
    const { messages, words } = this.#layout;
    const mayDrop = isLeft(bounds, spent, "drops");
    const mayStay = isLeft(bounds, spent, "duplicates");
    let before = 0;
    for (let at = messages; at < words; at += 1) {
      const packet = this.#word(at);
      if (packet === 0) break;
      if (packet === before) continue;
      before = packet;
      const target = this.#model.targetOf(packet);
      this.stays = false;
      this.#happens(target, firstMessage + packet, packet, 0);
      this.stays = mayStay;
      if (mayStay) this.#happens(target, firstMessage + packet, packet, oneOf("duplicates"));
      this.stays = false;
      if (mayDrop) this.#drops(packet);
    }
  }

  /** Something happens at a node, and may end in a crash. */
  #happens(at: number, trigger: number, packet: number, cost: number): void {
    const local = this.#word(at);
    const mayCrash = isLeft(this.#model.bounds, this.#word(this.#layout.spent), "crashes");
    for (const end of ENDS) {
      if (end !== END.well && !mayCrash) break;
      const outcome = this.#model.outcomeOf(local, trigger, end);
      if (outcome === undefined) continue;
      this.at = at;
      this.trigger = trigger;
      this.end = end;
      this.packet = packet;
      this.#becomes(local, outcome, end === END.well ? cost : cost + oneOf("crashes"));
    }
  }

  #drops(packet: number): void {
    this.at = this.#model.targetOf(packet);
    this.trigger = DROP;
    this.end = END.well;
    this.packet = packet;
    this.happened = HAPPENED["a message is dropped"];
    this.broken = undefined;
    this.state.set(this.#from);
    this.state[this.#layout.spent] = this.#word(this.#layout.spent) + oneOf("drops");
    this.#sends([]);
  }

  #becomes(local: number, { next, crashed, sent, happened, broken }: Outcome, cost: number): void {
    const { spent } = this.#layout;
    this.happened = this.stays ? happened | HAPPENED["a message is delivered twice"] : happened;
    this.broken = broken;
    this.state.set(this.#from);
    this.state[this.at] = next;
    this.state[spent] = this.#word(spent) + cost;
    if (crashed !== 0) this.#judge(crashed);
    const view = this.#model.viewOf(next);
    if (view !== this.#model.viewOf(local)) this.#judge(view);
    this.#sends(sent);
  }

  /** What a node shows is compared with the past and with the other nodes. */
  #judge(view: number): void {
    const model = this.#model;
    const { nodes, history } = this.#layout;
    const remembered = model.remembered(this.state[history] ?? 0, view);
    if (remembered < 0) this.broken ??= model.whatBroke(remembered);
    else this.state[history] = remembered;
    for (let other = 0; other < nodes; other += 1) {
      if (other === this.at) continue;
      const theirs = model.viewOf(this.#word(other));
      const judged = model.together(view, theirs);
      if (judged >= 0) this.happened |= judged;
      else this.broken ??= model.contradictions([view, this.at], [theirs, other]).join("; ");
    }
  }

  /** The message that came makes room, and as many of those that leave are in flight as there is room for. */
  #sends(sent: readonly number[]): void {
    const { messages, words } = this.#layout;
    const end = this.#keepInFlight();
    const beyond = sent.length - (words - end);
    this.sent = sent;
    if (beyond > 0) this.happened |= HAPPENED["a send is lost for want of room"];
    for (const lost of beyond > 0 ? this.#lossesOf(sent.length, beyond) : NO_LOSS) {
      this.lost = lost;
      let free = this.#keepInFlight();
      for (let at = 0; at < sent.length; at += 1)
        if (((lost >>> at) & 1) === 0) this.state[free++] = sent[at] ?? 0;
      this.state.fill(0, free);
      sortDown(this.state, messages, words);
      this.#visit();
    }
  }

  /** Writes what stays in flight. Gives the word behind it. */
  #keepInFlight(): number {
    const { messages, words } = this.#layout;
    let end = messages;
    let isTaken = this.packet === 0 || this.stays;
    for (let at = messages; at < words; at += 1) {
      const packet = this.#word(at);
      if (packet === this.packet && !isTaken) isTaken = true;
      else if (packet !== 0) this.state[end++] = packet;
    }
    return end;
  }

  #lossesOf(sent: number, beyond: number): readonly number[] {
    const known = this.#losses.get(64 * sent + beyond);
    if (known !== undefined) return known;
    const losses: number[] = [];
    for (let bits = 0; bits < 1 << sent; bits += 1) if (bitsIn(bits) === beyond) losses.push(bits);
    this.#losses.set(64 * sent + beyond, losses);
    return losses;
  }
}

const NO_LOSS: readonly number[] = [0];

function bitsIn(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
