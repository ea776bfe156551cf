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
  /** Writes between a leader's election and its crash, and until the crashed one comes back. */
  readonly writes: number;
};

/** Longer than anything here takes: a demo on a busy machine is slow, and not at an end. */
const PATIENCE_MS = 60 * 60 * 1000;

/** The one key that is written. Its values count up, so that a lost one would be noticed. */
const KEY = "wave";

/** Leads a cluster through elections, writes, crashes and recoveries, and says what is to be seen. */
export class Story {
  readonly #cluster: ProgramCluster;
  readonly #pace: Pace;
  readonly #tell: (line: DemoLine) => void;
  readonly #signal: AbortSignal;
  #crashes = 0;
  #proposed = 0;
  #acknowledged = 0;
  #writes = 0;
  #agreements = 0;

  constructor(
    cluster: ProgramCluster,
    pace: Pace,
    tell: (line: DemoLine) => void,
    signal: AbortSignal,
  ) {
    this.#cluster = cluster;
    this.#pace = pace;
    this.#tell = tell;
    this.#signal = signal;
  }

  /** What came of it so far. Elections are counted by who hears the nodes. */
  get tally(): Omit<Tally, "elections"> {
    return { crashes: this.#crashes, writes: this.#writes, agreements: this.#agreements };
  }

  /** Says what there is to watch. */
  introduce(): void {
    const { electionTimeoutMs } = this.#pace;
    const who =
      this.#size === 1
        ? "1 node, in a thread of its own with a log of its own, begins as a follower"
        : `${this.#size} nodes, each in a thread of its own with a log of its own, begin as followers`;
    this.#say(
      "start",
      `${who}. One that hears of no leader for ${span(electionTimeoutMs)}, drawn anew each time, asks for votes.`,
    );
  }

  /**
   * Goes on until the signal is aborted.
   *
   * @throws the signal's reason; KontikiError when the nodes do not agree in the end, which would be a defect.
   */
  async run(): Promise<never> {
    await this.#awaitLeader();
    this.#say(
      "writes",
      `a client sets "${KEY}" to 1, 2 and so on. The leader appends each to its log and sends it to the others; ` +
        "once a majority has it, it is committed: it cannot be lost any more, and the client is told.",
    );
    for (;;) {
      await this.#write();
      await this.#crashAndRecover();
      await this.#compare();
      await this.#pause();
      this.#say("writes", `"${KEY}" goes on from ${this.#proposed + 1}, with all nodes.`);
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
        `and no node votes twice in a term, so nobody else can. Its heartbeats, one every ${span(heartbeatMs, 1)}, ` +
        "keep the others from trying.",
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
    this.#tell({ type: "client", command, outcome, tookMs });
    return outcome;
  }

  async #crashAndRecover(): Promise<void> {
    const victim = await this.#cluster.leader(this.#patiently());
    const node = this.#cluster.node(victim);
    this.#say(
      "crash",
      `the thread of ${victim}, the leader, is killed without warning. Its supervisor would start it again at ` +
        "once; the demo keeps it down for a while. What was acknowledged is on disk, on a majority of the nodes.",
    );
    await node.crash();
    await node.stop();
    this.#crashes += 1;
    const survivors = this.#size - 1;
    const goesOn = survivors >= this.#majority;
    if (goesOn) {
      await this.#awaitLeader();
      this.#say("writes", `they go on, without ${victim}.`);
      await this.#write();
    } else {
      this.#say(
        "writes",
        `there are none: ${survivors} of ${this.#size} is no majority, so nobody can lead.`,
      );
      await this.#pause(3 * this.#pace.electionTimeoutMs);
    }
    this.#say(
      "recovery",
      `${victim} starts again, with its term, its vote and its log from its disk. ` +
        (goesOn
          ? "As a follower it gets what it missed from the leader."
          : "Now a majority can elect a leader."),
    );
    await node.start(this.#patiently());
    if (!goesOn) await this.#awaitLeader();
  }

  /** Reads the value back, waits until all nodes have applied all there is, and compares their states. */
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
      `${who} (SHA-256 ${first.sha256.slice(0, 12)}...). "${KEY}" is ${value}, the last value that was ` +
        "acknowledged: nothing was lost.",
    );
  }

  #say(chapter: Chapter, text: string): void {
    this.#signal.throwIfAborted();
    this.#tell({ type: "story", chapter, text });
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

/** A time that is drawn from `ms` up to `factor` times that, for people. */
function span(ms: number, factor = 2): string {
  const seconds = (value: number): string => `${value / 1000}`;
  return factor === 1 ? `${seconds(ms)} s` : `${seconds(ms)} to ${seconds(ms * factor)} s`;
}
