/**
 * Three real node actors on real write-ahead logs in one thread, driven turn by turn, whose power can be cut.
 *
 * Every operation of a disk and every letter that a node sends is a point at which power may fail. What the nodes promised
 * is remembered outside of them, and compared with what their disks still know.
 */
import { AssertionError } from "@kontiki/core";
import { isClientAddress } from "../../../../packages/actors/src/mail/address.ts";
import type { Chance } from "../../../core/support/chance.ts";
import { ATTEMPT_MS } from "./asking-client.ts";
import { Findings, Stop } from "./findings.ts";
import { isBusy, MAIL_MAX, PoweredNodes, type NodesOptions, type PoweredNode } from "./nodes.ts";

export type Options = NodesOptions & {
  /** Random steps before faults stop. */
  readonly steps: number;
  /** Whether letters between nodes get lost and arrive twice. */
  readonly badNetwork?: boolean;
};

/** The result of a run. */
export type Run = Pick<Findings, "violations" | "sometimes"> & {
  /** Points that were passed until faults stopped. */
  readonly points: number;
};

const ROUNDS_MAX = 60;

/** Runs a cluster to its end: random steps, power cuts, then no more faults, until all proposals are answered. */
export function run(options: Options): Run {
  const cluster = new PoweredCluster(options);
  return cluster.run();
}

class PoweredCluster {
  readonly #options: Options;
  readonly #chance: Chance;
  readonly #findings = new Findings();
  readonly #nodes: PoweredNodes;
  #pointsOfSteps = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#chance = options.chance;
    this.#nodes = new PoweredNodes(options, this.#findings);
  }

  run(): Run {
    try {
      for (const node of this.#nodes.all) this.#nodes.start(node);
      for (let step = 0; step < this.#options.steps; step += 1) this.#step();
      this.#nodes.power.stay();
      this.#pointsOfSteps = this.#nodes.power.points;
      this.#settle();
      this.#checkEnd();
    } catch (error) {
      if (error instanceof AssertionError) this.#findings.report("assertion", error.message);
      else if (!(error instanceof Stop)) throw error;
    }
    const { violations, sometimes } = this.#findings;
    return { points: this.#pointsOfSteps, violations, sometimes };
  }

  /** One event, and then some nodes run parts of their turns, in any order. */
  #step(): void {
    this.#nodes.client.now += 1;
    const node = this.#chance.pick(this.#nodes.all);
    if (node === undefined) return;
    const chance = this.#chance.below(100);
    if (node.life === undefined) this.#nodes.start(node);
    else if (chance < 35) this.#nodes.client.propose(1 + this.#chance.below(3));
    else if (chance < 50) this.#heartbeat(node);
    else if (chance < (this.#nodes.leader === undefined ? 95 : 62)) this.#expire(node);
    else if (this.#options.badNetwork === true) this.#damage(node);
    this.#nodes.client.tick();
    for (let turns = this.#chance.below(10); turns > 0; turns -= 1) {
      const busy = this.#chance.pick(this.#nodes.all.filter(isBusy));
      if (busy !== undefined) this.#nodes.advance(busy, 1 + this.#chance.below(MAIL_MAX));
    }
  }

  /** Faults have stopped: elections are held as drawn times would make likely, until everything is answered. */
  #settle(): void {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      for (const node of this.#nodes.all) if (node.life === undefined) this.#nodes.start(node);
      this.#quiet();
      const lead = this.#nodes.leader;
      const next = this.#nodes.all[round % this.#nodes.all.length];
      if (lead !== undefined) this.#heartbeat(lead);
      else if (next !== undefined) this.#expire(next);
      this.#quiet();
      if (lead !== undefined && this.#nodes.client.pending === 0 && this.#isInLineWith(lead))
        return;
      this.#nodes.client.now += ATTEMPT_MS;
      this.#nodes.client.tick();
    }
    this.#findings.report(
      "liveness",
      "the cluster did not answer everything after faults had stopped",
    );
    throw new Stop();
  }

  #isInLineWith({ life: lead }: PoweredNode): boolean {
    const last = lead?.actor.log.lastIndex;
    return this.#nodes.all.every(({ life }) => {
      const status = life?.actor.status();
      return status?.last === last && status?.applied === last;
    });
  }

  #quiet(): void {
    for (let turns = 0; turns < 10_000; turns += 1) {
      const busy = this.#nodes.all.filter(isBusy);
      if (busy.length === 0) return;
      for (const node of busy) this.#nodes.advance(node, node.inbox.length);
    }
    throw new Error("the cluster never comes to rest");
  }

  #heartbeat({ life, inbox }: PoweredNode): void {
    const timer = life?.actor.timer;
    if (timer?.type === "heartbeat") inbox.push({ type: "timer", epoch: timer.epoch });
  }

  /** The election timer runs out. Mail that arrives before the node looks makes the timeout stale. */
  #expire({ life, inbox }: PoweredNode): void {
    const timer = life?.actor.timer;
    if (timer?.type === "election") inbox.push({ type: "timer", epoch: timer.epoch });
  }

  /** Loses or doubles a letter between nodes. */
  #damage({ inbox }: PoweredNode): void {
    const at = this.#chance.below(inbox.length + 1);
    const letter = inbox[at];
    if (letter?.type !== "mail" || isClientAddress(letter.from)) return;
    if (this.#chance.below(2) === 0) inbox.splice(at, 1);
    else inbox.push(letter);
  }

  #checkEnd(): void {
    const journals = this.#nodes.all.map(({ life }) => life?.journal.applied ?? []);
    const [first = []] = journals;
    for (const journal of journals)
      if (journal.join() !== first.join())
        this.#findings.report("lost", "the nodes' states differ");
    if (new Set(first).size < first.length)
      this.#findings.report("twice", "a command was applied twice");
    this.#nodes.client.checkAnswers(first);
    this.#findings.sometimes.repeats += this.#nodes.claims.committedProposals - first.length;
  }
}
