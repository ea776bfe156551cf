import { checkCluster, type Observed } from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import { NO_HISTORY, remembering, type History, type View } from "./history.ts";
import { happen, TRIGGER } from "./happen.ts";
import {
  firstStart,
  logOf,
  normalLocal,
  type ExploredNode,
  type ExploredPacket,
} from "./explored-node.ts";
import { PairTable } from "./pair-table.ts";
import { keyOf } from "./relabel.ts";
import { HAPPENED } from "./sometimes.ts";
import { Symbols, type Symmetry } from "./symbols.ts";

/** What comes of an event at a node. */
export type Outcome = {
  /** The number of the node after it. */
  readonly next: number;
  /** How it was seen right before it crashed, 0 if it did not. */
  readonly crashed: number;
  /** The numbers of the messages that leave, in order. */
  readonly sent: readonly number[];
  /** Bits of `HAPPENED`. */
  readonly happened: number;
  /** What is wrong. */
  readonly broken: string | undefined;
};

/** The place of an outcome that is none: no such event can happen there. */
const IMPOSSIBLE = 0;

/**
 * The cluster as numbers. Nodes, messages and histories are named by numbers, and `step` is a pure function: what an event
 * does to a node is found out once, and looked up from then on.
 */
export class Model {
  readonly bounds: Bounds;
  readonly locals: Symbols<ExploredNode>;
  readonly packets: Symbols<ExploredPacket>;
  readonly histories: Symbols<History>;
  /** The trigger that message 0 would be. */
  readonly firstMessage: number;
  readonly #outcomes: (Outcome | undefined)[] = [undefined];
  readonly #outcomeOf = new PairTable();
  readonly #historyOf = new PairTable();
  readonly #pairs = new PairTable();
  readonly #broken: string[] = [];
  readonly #views = new Map<string, number>();
  readonly #viewOf: number[] = [0];
  readonly #viewed: ExploredNode[] = [];
  /** Where each message goes, by its number. */
  readonly #targets: number[] = [0];

  constructor(bounds: Bounds, symmetry: Symmetry) {
    this.bounds = bounds;
    this.locals = new Symbols(symmetry, normalLocal);
    this.packets = new Symbols(symmetry);
    this.histories = new Symbols(symmetry);
    // Messages are numbered from 1.
    this.firstMessage = TRIGGER.propose + bounds.proposals - 1;
  }

  /** All nodes before anything has happened. */
  get start(): readonly number[] {
    return this.bounds.configs.map((config) => this.locals.idOf(firstStart(config)));
  }

  /** The number of the history before anything has happened. */
  get noHistory(): number {
    return this.histories.idOf(NO_HISTORY);
  }

  /** What it takes in memory, as an estimate. */
  get bytes(): number {
    const tables = this.#outcomeOf.bytes + this.#historyOf.bytes + this.#pairs.bytes;
    const symbols = this.locals.bytes + this.packets.bytes + this.histories.bytes;
    return tables + symbols + 120 * this.#outcomes.length;
  }

  /** What comes of an event at a node; undefined when it cannot happen there. */
  outcomeOf(local: number, trigger: number, end: number): Outcome | undefined {
    const event = 3 * trigger + end;
    const known = this.#outcomeOf.get(local, event);
    if (known !== undefined) return this.#outcomes[known];
    const outcome = this.#findOutcome(this.locals.valueOf(local), trigger, end);
    this.#outcomeOf.set(local, event, outcome === undefined ? IMPOSSIBLE : this.#outcomes.length);
    if (outcome !== undefined) this.#outcomes.push(outcome);
    return outcome;
  }

  /** The place of the node that a message goes to. */
  targetOf(packet: number): number {
    while (this.#targets.length <= packet) {
      const { to } = this.packets.valueOf(this.#targets.length);
      this.#targets.push(this.bounds.names.indexOf(to));
    }
    return this.#targets[packet] ?? 0;
  }

  /** The number of what other nodes and moments may be judged by. */
  viewOf(local: number): number {
    while (this.#viewOf.length <= local)
      this.#viewOf.push(this.#viewIn(this.locals.valueOf(this.#viewOf.length)));
    return this.#viewOf[local] ?? 0;
  }

  /** The history after a node was seen like that; below 0 when that contradicts it: see {@link whatBroke}. */
  remembered(history: number, view: number): number {
    const known = this.#historyOf.get(history, view);
    if (known !== undefined) return known;
    const next = remembering(this.histories.valueOf(history), viewOf(this.#viewedAs(view)));
    const id = typeof next === "string" ? -this.#broken.push(next) : this.histories.idOf(next);
    this.#historyOf.set(history, view, id);
    return id;
  }

  /** What two nodes at one moment show, as bits of `HAPPENED`; below 0 when they contradict each other. */
  together(one: number, other: number): number {
    const [low, high] = one < other ? [one, other] : [other, one];
    const known = this.#pairs.get(low, high);
    if (known !== undefined) return known;
    const [a, b] = [this.#viewedAs(low), this.#viewedAs(high)];
    const bothLead = a.state.role.type === "leader" && b.state.role.type === "leader";
    const bits = bothLead ? HAPPENED["two lead at once, in different terms"] : 0;
    const judged = this.contradictions([low, 0], [high, 1]).length === 0 ? bits : -1;
    this.#pairs.set(low, high, judged);
    return judged;
  }

  /** How two nodes contradict each other, by their views and places. */
  contradictions(...nodes: readonly (readonly [view: number, place: number])[]): readonly string[] {
    return checkCluster(
      nodes.map(([view, place]): Observed<string> => {
        const config = this.bounds.configs[place];
        if (config === undefined) throw new RangeError(`there is no node at ${place}`);
        const { state, log } = this.#viewedAs(view);
        return { env: { config, log: logOf(log) }, state };
      }),
    );
  }

  /** What contradicts a history, by a number below 0. */
  whatBroke(judged: number): string {
    return this.#broken[-judged - 1] ?? "something";
  }

  #findOutcome(local: ExploredNode, trigger: number, end: number): Outcome | undefined {
    const packet =
      trigger <= this.firstMessage ? undefined : this.packets.valueOf(trigger - this.firstMessage);
    const turned = happen(this.bounds, local, { trigger, packet, end });
    if (turned === undefined) return undefined;
    const { next, crashed, sent, happened, broken } = turned;
    if (next.state.term > this.bounds.terms) return undefined;
    const numbers = sent.map((each) => this.packets.idOf(each));
    return {
      next: this.locals.idOf(next),
      crashed: crashed === undefined ? 0 : this.#viewIn(crashed),
      sent: numbers,
      happened,
      broken,
    };
  }

  #viewIn(local: ExploredNode): number {
    const key = keyOf(viewOf(local));
    const view = this.#views.get(key) ?? this.#viewed.push(local);
    this.#views.set(key, view);
    return view;
  }

  #viewedAs(view: number): ExploredNode {
    const local = this.#viewed[view - 1];
    if (local === undefined) throw new RangeError(`no node was ever seen as ${view}`);
    return local;
  }
}

function viewOf({ node, state, log }: ExploredNode): View {
  const leader = state.role.type === "leader" ? node : undefined;
  return { leader, term: state.term, commit: state.commit, log };
}
