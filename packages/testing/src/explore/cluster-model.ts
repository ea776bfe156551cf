import { checkCluster, confirmedRound, type NodeId, type Observed } from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import { firstTerm } from "./first-logs.ts";
import { NO_HISTORY, remembering, type History, type View } from "./history-variables.ts";
import { runOccurrence } from "./occurrence.ts";
import {
  configOf,
  firstStart,
  fullLogOf,
  logOf,
  normalLocal,
  type ExploredNode,
  type ExploredPacket,
} from "./explored-node.ts";
import { PairTable } from "./pair-table.ts";
import { withAnswered, withAsked, type ReadReport } from "./reads.ts";
import { keyOf } from "./relabel.ts";
import { BETWEEN_NODES, EventSets } from "./sometimes-counts.ts";
import { EXPLORED } from "../sometimes/explored.ts";
import { OpenPoints } from "../sometimes/open-points.ts";
import { STEP_POINTS } from "../sometimes/registry.ts";
import { Symbols, type Symmetry } from "./symbols.ts";
import { triggersOf, type Trigger } from "./trigger.ts";

/** The result of an event at a node. */
export type Outcome = {
  /** The number of the node's state after it. */
  readonly next: number;
  /** The number of its view immediately before it crashed; 0 if it did not crash. */
  readonly crashed: number;
  /** The numbers of the messages that leave, in order. */
  readonly sent: readonly number[];
  /** The number of the set of its events, in {@link Model.eventSets}. */
  readonly happened: number;
  /** Whether the node becomes a leader. */
  readonly elects: boolean;
  /** The number of its report about reads; 0 when there is nothing to report. */
  readonly report: number;
  /** The violation. */
  readonly broken: string | undefined;
};

/** The position of an impossible event in the list of outcomes. */
const IMPOSSIBLE = 0;

/**
 * The cluster as numbers. The states of nodes, messages and histories are numbered. `step` is a pure function, so the
 * result of an event at a node is computed once and then looked up.
 */
export class Model {
  readonly bounds: Bounds;
  readonly locals: Symbols<ExploredNode>;
  readonly packets: Symbols<ExploredPacket>;
  readonly histories: Symbols<History>;
  readonly eventSets = new EventSets();
  /** The situations of campaigns that no step has met yet. */
  readonly points = new OpenPoints((name) => this.#met.push(name), [...STEP_POINTS, ...EXPLORED]);
  /** Everything besides messages that can happen at a node. */
  readonly triggers: readonly Trigger[];
  #met: string[] = [];
  readonly #outcomes: (Outcome | undefined)[] = [undefined];
  readonly #outcomeOf = new PairTable();
  readonly #historyOf = new PairTable();
  readonly #pairs = new PairTable();
  readonly #asked = new PairTable();
  readonly #answered = new PairTable();
  readonly #leased = new PairTable();
  readonly #reports: { readonly node: NodeId; readonly report: ReadReport }[] = [];
  readonly #reportIds = new Map<string, number>();
  readonly #broken: string[] = [];
  readonly #views = new Map<string, number>();
  readonly #viewOf: number[] = [0];
  readonly #viewed: ExploredNode[] = [];
  /** The receiver of each message, by its number. */
  readonly #targets: number[] = [0];

  constructor(bounds: Bounds, symmetry: Symmetry) {
    this.bounds = bounds;
    this.locals = new Symbols(symmetry, normalLocal);
    this.packets = new Symbols(symmetry);
    this.histories = new Symbols(symmetry);
    this.triggers = triggersOf(bounds);
  }

  /** All nodes before the first event. */
  get start(): readonly number[] {
    const { configs, logs, reads } = this.bounds;
    const term = firstTerm(logs);
    return configs.map((config, at) =>
      this.locals.idOf(firstStart(config, term, logs[at] ?? [], config.leases && reads > 0)),
    );
  }

  /** The number of the history before the first event. */
  get noHistory(): number {
    return this.histories.idOf(NO_HISTORY);
  }

  /** Takes the names of the situations that were met since this was last called. */
  takeMet(): readonly string[] {
    if (this.#met.length === 0) return this.#met;
    const met = this.#met;
    this.#met = [];
    return met;
  }

  /** The memory in use, in bytes, as an estimate. */
  get bytes(): number {
    const all = [this.#outcomeOf, this.#historyOf, this.#pairs];
    const ofReads = [this.#asked, this.#answered, this.#leased];
    const tables = [...all, ...ofReads].reduce((sum, { bytes }) => sum + bytes, 0);
    const symbols = this.locals.bytes + this.packets.bytes + this.histories.bytes;
    return tables + symbols + 120 * this.#outcomes.length;
  }

  /**
   * The result of an event at a node; undefined when the event is not possible there.
   *
   * @param cause the position of a trigger, or the number of a message as a negative number.
   */
  outcomeOf(local: number, cause: number, end: number): Outcome | undefined {
    const event = 3 * cause + end;
    const known = this.#outcomeOf.get(local, event);
    if (known !== undefined) return this.#outcomes[known];
    const outcome = this.#findOutcome(this.locals.valueOf(local), cause, end);
    this.#outcomeOf.set(local, event, outcome === undefined ? IMPOSSIBLE : this.#outcomes.length);
    if (outcome !== undefined) this.#outcomes.push(outcome);
    return outcome;
  }

  /** The position of the node that receives a message. */
  targetOf(packet: number): number {
    while (this.#targets.length <= packet) {
      const { to } = this.packets.valueOf(this.#targets.length);
      this.#targets.push(this.bounds.names.indexOf(to));
    }
    return this.#targets[packet] ?? 0;
  }

  /** Whether the log of a node is damaged. */
  isDamaged(local: number): boolean {
    return this.locals.valueOf(local).state.horizon !== undefined;
  }

  /** The number of the view of a node. */
  viewOf(local: number): number {
    while (this.#viewOf.length <= local)
      this.#viewOf.push(this.#viewIn(this.locals.valueOf(this.#viewOf.length)));
    return this.#viewOf[local] ?? 0;
  }

  /** The history after a view was added; below 0 when the view contradicts it: see {@link whatBroke}. */
  remembered(history: number, view: number): number {
    const known = this.#historyOf.get(history, view);
    if (known !== undefined) return known;
    const next = remembering(this.histories.valueOf(history), viewOf(this.#viewedAs(view)));
    const id = typeof next === "string" ? -this.#broken.push(next) : this.histories.idOf(next);
    this.#historyOf.set(history, view, id);
    return id;
  }

  /** The history after a read was asked, and after the time that a report says has passed. */
  asked(history: number, report: number): number {
    const known = this.#asked.get(history, report);
    if (known !== undefined) return known;
    const { node, report: of } = this.#reported(report);
    const id = this.histories.idOf(withAsked(this.histories.valueOf(history), node, of));
    this.#asked.set(history, report, id);
    return id;
  }

  /** The history after the answers of a report; below 0 when one is not linearizable: see {@link whatBroke}. */
  answered(history: number, report: number): number {
    const known = this.#answered.get(history, report);
    if (known !== undefined) return known;
    const { node, report: of } = this.#reported(report);
    const next = withAnswered(this.histories.valueOf(history), node, of);
    const id = typeof next === "string" ? -this.#broken.push(next) : this.histories.idOf(next);
    this.#answered.set(history, report, id);
    return id;
  }

  /**
   * Whether a node follows another one that leads its term. Then no report of the other's death counts: a process leads a
   * term only once, so the report is of an older process, and the node has heard the newer one since.
   */
  follows(local: number, other: number): boolean {
    const [{ state }, { node, state: theirs }] = [
      this.locals.valueOf(local),
      this.locals.valueOf(other),
    ];
    const { role, term } = state;
    if (role.type !== "follower" || role.leader !== node) return false;
    return theirs.role.type === "leader" && theirs.term === term;
  }

  /** Whether a node may have a valid lease: a majority has answered a round that may have begun less than a timeout ago. */
  mayLease(history: number, local: number): boolean {
    const known = this.#leased.get(history, local);
    if (known !== undefined) return known === 1;
    const node = this.locals.valueOf(local);
    const { state, log, base } = node;
    const env = { config: configOf(this.bounds.configs, node), log: logOf(log, base) };
    const { passed = [] } = this.histories.valueOf(history);
    const may =
      state.role.type === "leader" &&
      confirmedRound(env, state, state.role) > (passed[state.term - 1] ?? 0);
    this.#leased.set(history, local, may ? 1 : 0);
    return may;
  }

  /** Compares the views of two nodes. Returns bits of `BETWEEN_NODES`; below 0 when they contradict each other. */
  together(one: number, other: number): number {
    const [low, high] = one < other ? [one, other] : [other, one];
    const known = this.#pairs.get(low, high);
    if (known !== undefined) return known;
    const [a, b] = [this.#viewedAs(low), this.#viewedAs(high)];
    const bothLead = a.state.role.type === "leader" && b.state.role.type === "leader";
    const bits = bothLead ? BETWEEN_NODES["two nodes lead at once, in different terms"] : 0;
    const judged = this.contradictions([low, 0], [high, 1]).length === 0 ? bits : -1;
    this.#pairs.set(low, high, judged);
    return judged;
  }

  /** How nodes contradict each other, given their views and positions. */
  contradictions(...nodes: readonly (readonly [view: number, place: number])[]): readonly string[] {
    return checkCluster(
      nodes.map(([view, place]): Observed<string> => {
        const config = this.bounds.configs[place];
        if (config === undefined) throw new RangeError(`there is no node at ${place}`);
        const local = this.#viewedAs(view);
        return { env: { config, log: logOf(fullLogOf(local)) }, state: local.state };
      }),
    );
  }

  /** The contradiction with a number below 0 from {@link remembered}. */
  whatBroke(judged: number): string {
    return this.#broken[-judged - 1] ?? "something";
  }

  #findOutcome(local: ExploredNode, at: number, end: number): Outcome | undefined {
    const cause =
      at < 0
        ? ({ type: "message", packet: this.packets.valueOf(-at) } as const)
        : this.triggers[at]?.occasion;
    if (cause === undefined) throw new RangeError(`there is no trigger ${at}`);
    const result = runOccurrence(this.bounds, local, { cause, end }, this.points);
    if (result === undefined) return undefined;
    const { next, crashed, sent, happened, reads, broken } = result;
    if (next.state.term > this.bounds.terms) return undefined;
    const numbers = sent.map((each) => this.packets.idOf(each));
    return {
      next: this.locals.idOf(next),
      crashed: crashed === undefined ? 0 : this.#viewIn(crashed),
      sent: numbers,
      happened: this.eventSets.idOf(happened),
      elects: happened.has("a leader is elected"),
      report: this.bounds.reads === 0 ? 0 : this.#reportOf(local.node, reads),
      broken,
    };
  }

  #reportOf(node: NodeId, report: ReadReport): number {
    const { passed, asked, answered, refused, crashes } = report;
    const lists = passed.length + answered.length + refused.length;
    if (lists === 0 && asked === undefined && !crashes) return 0;
    const key = keyOf([node, report]);
    const known = this.#reportIds.get(key) ?? this.#reports.push({ node, report });
    this.#reportIds.set(key, known);
    return known;
  }

  #reported(report: number): { readonly node: NodeId; readonly report: ReadReport } {
    const reported = this.#reports[report - 1];
    if (reported === undefined) throw new RangeError(`there is no report ${report}`);
    return reported;
  }

  #viewIn(local: ExploredNode): number {
    const key = keyOf(viewOf(local));
    const view = this.#views.get(key) ?? this.#viewed.push(local);
    this.#views.set(key, view);
    return view;
  }

  #viewedAs(view: number): ExploredNode {
    const local = this.#viewed[view - 1];
    if (local === undefined) throw new RangeError(`there is no view ${view}`);
    return local;
  }
}

function viewOf(local: ExploredNode): View {
  const { node, state } = local;
  const leader = state.role.type === "leader" ? node : undefined;
  return { leader, term: state.term, commit: state.commit, log: fullLogOf(local) };
}
