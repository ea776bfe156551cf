import { setTimeout as sleep } from "node:timers/promises";
import { KontikiError } from "@kontiki/actors";
import type { ProgramCluster } from "../launch/cluster.ts";
import type { Chapter, ClientLine, DemoLine, Tally } from "./demo-line.ts";

/** How fast things happen. */
export type Pace = {
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** Time between writes. */
  readonly writeEveryMs: number;
  /** Writes between a leader's election and its crash, and again until the crashed node restarts. */
  readonly writes: number;
};

/** Longer than any wait of the demo: on a busy machine it is slow, but must not fail. */
const PATIENCE_MS = 60 * 60 * 1000;

/** The only key that is written. Its values count up, so that a lost one would be noticed. */
const KEY = "wave";

/** Writes to a cluster, crashes its leaders and restarts them, and explains each step. */
export class DemoRun {
  readonly #cluster: ProgramCluster;
  readonly #pace: Pace;
  readonly #print: (line: DemoLine) => void;
  readonly #signal: AbortSignal;
  #crashes = 0;
  #proposed = 0;
  #acknowledged = 0;
  #writes = 0;
  #agreements = 0;

  constructor(
    cluster: ProgramCluster,
    pace: Pace,
    print: (line: DemoLine) => void,
    signal: AbortSignal,
  ) {
    this.#cluster = cluster;
    this.#pace = pace;
    this.#print = print;
    this.#signal = signal;
  }

  /** What the demo did so far. Elections are counted by the printer. */
  get tally(): Omit<Tally, "elections"> {
    return { crashes: this.#crashes, writes: this.#writes, agreements: this.#agreements };
  }

  /** Explains what there is to watch. */
  introduce(): void {
    const { electionTimeoutMs } = this.#pace;
    const who =
      this.#size === 1
        ? "1 node, with its own thread and its own log, begins as a follower"
        : `${this.#size} nodes, each with its own thread and its own log, begin as followers`;
    this.#say(
      "start",
      `${who}. A node that hears from no leader for a random time of ${span(electionTimeoutMs)} asks for votes.`,
    );
  }

  /**
   * Runs until the signal is aborted.
   *
   * @throws the signal's reason; KontikiError when the nodes do not agree, which would be a defect.
   */
  async run(): Promise<never> {
    await this.#awaitLeader();
    this.#say(
      "writes",
      `a client sets "${KEY}" to 1, 2 and so on. The leader appends each to its log and sends it to the others; ` +
        "once a majority has it, it is committed: it can no longer be lost, and the client gets its answer.",
    );
    for (;;) {
      await this.#write();
      await this.#crashAndRecover();
      await this.#compare();
      await this.#pause();
      this.#say("writes", `"${KEY}" continues from ${this.#proposed + 1}, with all nodes.`);
    }
  }

  get #size(): number {
    return this.#cluster.nodeIds.length;
  }

  get #majority(): number {
    return Math.floor(this.#size / 2) + 1;
  }

  async #awaitLeader(): Promise<void> {
    const leader = await this.#cluster.leader(this.#patiently());
    const term = this.#cluster.status().find(({ id }) => id === leader)?.raft?.term ?? "?";
    const { heartbeatMs } = this.#pace;
    this.#say(
      "election",
      `${leader} leads term ${term}. It has the votes of a majority, ${this.#majority} of ${this.#size}, ` +
        `and no node votes twice in a term, so no other node can lead it. Its heartbeats, one every ${span(heartbeatMs, 1)}, ` +
        "keep the others from starting an election.",
    );
  }

  /** Some writes, one after another, with a pause around each. */
  async #write(): Promise<void> {
    for (let written = 0; written < this.#pace.writes; written += 1) {
      await this.#pause();
      this.#proposed += 1;
      const outcome = await this.#propose({ type: "put", key: KEY, value: `${this.#proposed}` });
      if (outcome.type !== "ok") continue;
      this.#acknowledged = this.#proposed;
      this.#writes += 1;
    }
    await this.#pause();
  }

  async #propose(command: ClientLine["command"]): Promise<ClientLine["outcome"]> {
    const begin = performance.now();
    const outcome = await this.#unlessAborted(this.#cluster.propose(command));
    const tookMs = Math.round(performance.now() - begin);
    this.#print({ type: "client", command, outcome, tookMs });
    return outcome;
  }

  async #crashAndRecover(): Promise<void> {
    const victim = await this.#cluster.leader(this.#patiently());
    const node = this.#cluster.node(victim);
    this.#say(
      "crash",
      `the thread of ${victim}, the leader, is killed without warning. Its supervisor would restart it at once; ` +
        "the demo keeps it down for some time. All acknowledged writes are on the disks of a majority of the nodes.",
    );
    await node.crash();
    await node.stop();
    this.#crashes += 1;
    const survivors = this.#size - 1;
    const hasMajority = survivors >= this.#majority;
    if (hasMajority) {
      await this.#awaitLeader();
      this.#say("writes", `they continue without ${victim}.`);
      await this.#write();
    } else {
      this.#say(
        "writes",
        `there are none: ${survivors} of ${this.#size} is not a majority, so no node can lead.`,
      );
      await this.#pause(3 * this.#pace.electionTimeoutMs);
    }
    this.#say(
      "recovery",
      `${victim} restarts with its term, its vote and its log from its disk. ` +
        (hasMajority
          ? "As a follower it gets the entries that it missed from the leader."
          : "Now a majority can elect a leader."),
    );
    await node.start(this.#patiently());
    if (!hasMajority) await this.#awaitLeader();
  }

  /** Reads the value, waits until all nodes have applied every entry, and compares their states. */
  async #compare(): Promise<void> {
    const read = await this.#propose({ type: "get", key: KEY });
    await this.#cluster.converged(this.#patiently());
    const ids = this.#cluster.nodeIds;
    const digests = await Promise.all(ids.map((id) => this.#cluster.node(id).digest()));
    const [first] = digests;
    const value = read.type === "ok" ? Number(read.value ?? 0) : Number.NaN;
    const equal = digests.every(
      ({ applied, sha256 }) => applied === first?.applied && sha256 === first.sha256,
    );
    if (first === undefined || !equal)
      throw new KontikiError("the states of the nodes differ: a defect of kontiki itself");
    if (!(value >= this.#acknowledged && value <= this.#proposed))
      throw new KontikiError(
        `${KEY} is ${value}, not ${this.#acknowledged}: a defect of kontiki itself`,
      );
    this.#agreements += 1;
    const who =
      ids.length === 1
        ? `${ids[0]} has applied all of its ${first.applied} entries again`
        : `${ids.join(", ")} have applied the same ${first.applied} entries, and their states are equal`;
    this.#say(
      "agreement",
      `${who} (SHA-256 ${first.sha256.slice(0, 12)}...). "${KEY}" is ${value}, the last ` +
        "acknowledged value: nothing was lost.",
    );
  }

  #say(chapter: Chapter, text: string): void {
    this.#signal.throwIfAborted();
    this.#print({ type: "story", chapter, text });
  }

  #pause(ms = this.#pace.writeEveryMs): Promise<void> {
    return sleep(ms, undefined, { signal: this.#signal });
  }

  #patiently(): { readonly timeoutMs: number; readonly signal: AbortSignal } {
    return { timeoutMs: PATIENCE_MS, signal: this.#signal };
  }

  async #unlessAborted<T>(work: Promise<T>): Promise<T> {
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = new Promise<never>((_resolve, reject) => {
      const abort = (): void => reject(this.#signal.reason as Error);
      if (this.#signal.aborted) abort();
      else this.#signal.addEventListener("abort", abort, { once: true, signal });
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      controller.abort();
    }
  }
}

/** A random time from `ms` to `factor` times `ms`, as text. */
function span(ms: number, factor = 2): string {
  const seconds = (value: number): string => `${value / 1000}`;
  return factor === 1 ? `${seconds(ms)} s` : `${seconds(ms)} to ${seconds(ms * factor)} s`;
}
