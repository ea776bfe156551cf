import { majority } from "@kontiki/core";
import { sortDown, type Layout } from "./canonical.ts";
import { END } from "./occurrence.ts";
import type { Model, Outcome } from "./cluster-model.ts";
import { BETWEEN_NODES } from "./sometimes-counts.ts";
import type { Trigger } from "./trigger.ts";

const ENDS = [END.well, END.losing, END.keeping] as const;

/**
 * Enumerates everything that can happen next in a state of the cluster, one move after another.
 *
 * The fields describe the current move while `visit` runs. The next move overwrites them.
 */
export class Moves {
  readonly #model: Model;
  readonly #layout: Layout;
  /** The possible sets of lost sends, as bits, by the number of sends and the number of lost ones. */
  readonly #losses = new Map<number, readonly number[]>();
  #from: Int32Array = new Int32Array();
  #visit: () => void = () => {};

  /** The state after the move. */
  readonly state: Int32Array;
  /** The position of the node where it happens. */
  at = 0;
  /** What happens there, unless a message arrives or is dropped. */
  trigger: Trigger | undefined;
  /** One of `END`. */
  end = 0;
  /** The number of the delivered or dropped message; 0 for none. */
  packet = 0;
  /** Whether that message stays in flight. */
  stays = false;
  /** Whether that message is dropped: it reaches no node. */
  drops = false;
  /** The numbers of the sent messages. */
  sent: readonly number[] = [];
  /** The lost ones of them, as bits by position. */
  lost = 0;
  /** The number of the set of the node's events. */
  happened = 0;
  /** Bits of `BETWEEN_NODES`. */
  between = 0;
  /** The violation. */
  broken: string | undefined;

  constructor(model: Model, layout: Layout) {
    this.#model = model;
    this.#layout = layout;
    this.state = new Int32Array(layout.words);
  }

  /** Calls `visit` for each move from a state. The order depends only on the state. */
  from(state: Int32Array, visit: () => void): void {
    this.#from = state;
    this.#visit = visit;
    const { triggers } = this.#model;
    const spent = this.#word(this.#layout.spent);
    for (let node = 0; node < this.#layout.nodes; node += 1) {
      for (let at = 0; at < triggers.length; at += 1) {
        const trigger = triggers[at];
        if (trigger === undefined || !isAffordable(trigger, spent)) continue;
        if (!this.#isAllowed(trigger, node)) continue;
        this.trigger = trigger;
        this.#happens(node, at, 0, trigger.budget?.one ?? 0);
      }
    }
    this.trigger = undefined;
    this.#messages(spent);
  }

  /** Whether the other nodes and the past of the run allow an event at a node. */
  #isAllowed({ occasion }: Trigger, node: number): boolean {
    if (occasion.type === "read")
      return (
        !occasion.leased || this.#model.mayLease(this.#word(this.#layout.history), this.#word(node))
      );
    if (occasion.type !== "peerDown") return true;
    const peer = this.#model.bounds.names.indexOf(occasion.peer);
    return !this.#model.follows(this.#word(node), this.#word(peer));
  }

  #word(at: number): number {
    return this.#from[at] ?? 0;
  }

  #messages(spent: number): void {
    const { drops, duplicates } = this.#model.bounds.budgets;
    const { messages, words } = this.#layout;
    const mayDrop = drops.isLeft(spent);
    const mayStay = duplicates.isLeft(spent);
    let before = 0;
    for (let at = messages; at < words; at += 1) {
      const packet = this.#word(at);
      if (packet === 0) break;
      if (packet === before) continue;
      before = packet;
      const target = this.#model.targetOf(packet);
      this.stays = false;
      this.#happens(target, -packet, packet, 0);
      this.stays = mayStay;
      if (mayStay) this.#happens(target, -packet, packet, duplicates.one);
      this.stays = false;
      if (mayDrop) this.#drops(packet);
    }
  }

  /** Visits an event at a node with each way in which it can end. */
  #happens(at: number, cause: number, packet: number, cost: number): void {
    const local = this.#word(at);
    const { crashes } = this.#model.bounds.budgets;
    const mayCrash = crashes.isLeft(this.#word(this.#layout.spent));
    for (const end of ENDS) {
      if (end !== END.well && !mayCrash) break;
      const outcome = this.#model.outcomeOf(local, cause, end);
      if (outcome === undefined) continue;
      this.at = at;
      this.end = end;
      this.packet = packet;
      this.#becomes(local, outcome, end === END.well ? cost : cost + crashes.one);
    }
  }

  #drops(packet: number): void {
    this.at = this.#model.targetOf(packet);
    this.end = END.well;
    this.packet = packet;
    this.drops = true;
    this.happened = 0;
    this.between = BETWEEN_NODES["a message is dropped"];
    this.broken = undefined;
    this.state.set(this.#from);
    const { spent } = this.#layout;
    this.state[spent] = this.#word(spent) + this.#model.bounds.budgets.drops.one;
    this.#sends([]);
    this.drops = false;
  }

  #becomes(local: number, outcome: Outcome, cost: number): void {
    const { next, crashed, sent, report } = outcome;
    const { spent } = this.#layout;
    this.happened = outcome.happened;
    this.between = this.stays ? BETWEEN_NODES["a message is delivered twice"] : 0;
    this.broken = outcome.broken;
    this.state.set(this.#from);
    this.state[this.at] = next;
    this.state[spent] = this.#word(spent) + cost;
    if (report !== 0) this.#remember(this.#model.asked(this.#history, report));
    if (crashed !== 0) this.#judge(crashed);
    const view = this.#model.viewOf(next);
    if (view !== this.#model.viewOf(local)) this.#judge(view);
    if (report !== 0) this.#remember(this.#model.answered(this.#history, report));
    if (outcome.elects && this.#isMajorityDamaged())
      this.between |= BETWEEN_NODES["a leader is elected while a majority is damaged"];
    this.#sends(sent);
  }

  #isMajorityDamaged(): boolean {
    const { bounds } = this.#model;
    if (bounds.damage === 0) return false;
    const nodes = [...this.state.subarray(0, this.#layout.nodes)];
    return nodes.filter((local) => this.#model.isDamaged(local)).length >= majority(nodes.length);
  }

  /** Compares the view of a node with the history and with the other nodes. */
  #judge(view: number): void {
    const model = this.#model;
    const { nodes } = this.#layout;
    this.#remember(model.remembered(this.#history, view));
    for (let other = 0; other < nodes; other += 1) {
      if (other === this.at) continue;
      const theirs = model.viewOf(this.#word(other));
      const judged = model.together(view, theirs);
      if (judged >= 0) this.between |= judged;
      else this.broken ??= model.contradictions([view, this.at], [theirs, other]).join("; ");
    }
  }

  get #history(): number {
    return this.state[this.#layout.history] ?? 0;
  }

  /** Sets the history; below 0 is a violation. */
  #remember(history: number): void {
    if (history < 0) this.broken ??= this.#model.whatBroke(history);
    else this.state[this.#layout.history] = history;
  }

  /** Removes the delivered message and puts the sent ones in flight. Without room for all, visits every possible loss. */
  #sends(sent: readonly number[]): void {
    const { messages, words } = this.#layout;
    const end = this.#keepInFlight();
    const beyond = sent.length - (words - end);
    this.sent = sent;
    if (beyond > 0) this.between |= BETWEEN_NODES["a send is lost for lack of room"];
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

  /** Writes the messages that stay in flight. @returns the position after them. */
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

/** Whether enough of its budget is left for a trigger, and it is its turn. */
function isAffordable({ budget, nth }: Trigger, spent: number): boolean {
  if (budget === undefined) return true;
  return budget.isLeft(spent) && (nth === undefined || budget.spentOf(spent) === nth);
}

const NO_LOSS: readonly number[] = [0];

function bitsIn(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
