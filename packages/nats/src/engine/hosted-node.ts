import {
  EFFECTS,
  KontikiError,
  type ClusterEvent,
  type CrashPoint,
  type Disturbance,
  type Kept,
  type NodeStatus,
  type WaitOptions,
} from "@kontiki/actors";
import { EXPERIMENT_COUNTS } from "@kontiki/actors/node";
import type { NodeId } from "@kontiki/core";
import type { NodeUnderTest } from "@kontiki/testing";
import type { HostChange, HostOrder, HostReport, HostStart } from "./host-protocol.ts";
import type { RunningHost, StartHost } from "./host-process.ts";
import { Tally } from "./tally.ts";

/** How long a host may take to answer, in ms; to take a snapshot; and to stop before it is killed. */
const ORDER_MS = 5_000;
const SNAPSHOT_MS = 10_000;
const STOP_MS = 10_000;

/** How long a change of members may take, in ms, if nothing else is given; and to clean up when it is over. */
const CHANGE_MS = 30_000;
const CLEAN_MS = 30_000;

/** What a {@link HostedNode} needs. */
export type HostedNodeParts = {
  readonly id: NodeId;
  /** Whether its host has it from the beginning; else it comes by a change of members. */
  readonly isFirst: boolean;
  readonly options: HostStart;
  readonly startHost: StartHost;
  readonly onEvent: (event: ClusterEvent) => void;
  readonly onStatus: (status: NodeStatus) => void;
};

type Life = "starting" | "up" | "stopped" | "killed" | "failed";

/**
 * A node whose host is a process of its own: a crash is `kill -9` of the process, a pause is SIGSTOP, a start is another process
 * with the same folder. What it knows of the node is what the host has reported.
 */
export class HostedNode implements NodeUnderTest {
  readonly id: NodeId;
  readonly counts = new Tally(EXPERIMENT_COUNTS);
  readonly effects = new Tally(EFFECTS);
  readonly #parts: HostedNodeParts;
  #host: RunningHost | undefined;
  /** The end of the process that was killed last, until it is gone: it may still write to its files. */
  #ending: Promise<string | undefined> | undefined;
  #life: Life = "stopped";
  #cause = "";
  #isPaused = false;
  #starts = 0;
  #reported: NodeStatus | undefined;
  #disturbance: Disturbance = {};
  #isKnown: boolean;

  constructor(parts: HostedNodeParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.#isKnown = parts.isFirst;
  }

  /** Whether its host has or had it. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Whether its host runs, and does not have it: not yet, or no more. */
  get isGone(): boolean {
    return this.#life === "up" && this.#reported === undefined;
  }

  /** Whether it has no process, not even one that is about to end. */
  get isDown(): boolean {
    return this.#host === undefined && this.#ending === undefined;
  }

  status(): NodeStatus {
    if (this.#life === "up" && this.#reported !== undefined) return this.#reported;
    const { id } = this;
    const life =
      this.#life === "failed"
        ? ({ type: "failed", cause: this.#cause } as const)
        : ({ type: this.#life === "starting" ? "starting" : "stopped" } as const);
    const [incarnation, restarts] = [this.#starts, Math.max(0, this.#starts - 1)];
    const rest = { raft: undefined, uid: 0, trouble: undefined, condition: undefined };
    return { id, life, incarnation, restarts, ...rest };
  }

  /** Starts its host, when the process before it is gone. @throws KontikiError when it runs already, or cannot start. */
  async start(): Promise<void> {
    // A host whose node is given up has nothing to do any more.
    if (this.#reported?.life.type === "failed") await this.#kill("stopped");
    if (this.#ending !== undefined) await this.#ending;
    if (this.#host !== undefined)
      throw new KontikiError(
        this.#life === "stopped"
          ? `${this.id} cannot start yet: it is being stopped`
          : `${this.id} runs already`,
      );
    const { startHost, options } = this.#parts;
    this.#life = "starting";
    this.#starts += 1;
    const host: RunningHost = startHost(this.id, options, {
      onReport: (report) => this.#onReport(host, report),
      onExit: (cause) => this.#onExit(host, cause),
    });
    this.#host = host;
    try {
      await host.up();
    } catch (error) {
      if (!(error instanceof KontikiError)) throw error;
      this.#onFailedStart(host, error.message);
      throw error;
    }
    if (this.#host !== host) return;
    this.#life = "up";
    this.#tell({ type: "disturb", disturbance: this.#disturbance });
    this.#parts.onStatus(this.status());
  }

  /** Kills its process. One that had ended by itself before is a finding all the same. */
  async crash(): Promise<void> {
    if (this.#host === undefined) throw new KontikiError(`${this.id} does not run`);
    const cause = await this.#kill("killed");
    if (cause !== undefined) return this.#onOwnEnd(cause);
    this.#parts.onEvent({
      type: "crashed",
      node: this.id,
      incarnation: this.#starts,
      cause: "its process was killed",
      asked: true,
      crashes: 0,
      restartInMs: undefined,
    });
  }

  /** What a loss of power leaves of its files is done by the host, which knows what it has not synced; then it is killed. */
  async losePower(kept: Kept): Promise<void> {
    await this.#order({ type: "losePower", kept });
    const cause = await this.#kill("killed");
    if (cause !== undefined) this.#onOwnEnd(cause);
  }

  async stop(): Promise<void> {
    this.resume();
    const host = this.#host;
    if (host === undefined) {
      await this.#ending;
      if (this.#life !== "stopped") this.#onStopped();
      return;
    }
    this.#life = "stopped";
    try {
      await host.order({ type: "stop" }, STOP_MS);
    } catch (error) {
      if (!(error instanceof KontikiError)) throw error;
    }
    await this.#kill("stopped");
    this.#onStopped();
  }

  async pause(): Promise<void> {
    if (this.#host === undefined || this.#life !== "up")
      throw new KontikiError(`${this.id} does not run and cannot be paused`);
    this.#isPaused = true;
    this.#host.signal("SIGSTOP");
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#host?.signal("SIGCONT");
  }

  /** Gives it an empty disk. A host that is down is started for it. */
  async wipe(options?: WaitOptions): Promise<void> {
    this.resume();
    if (this.isDown) await this.start();
    await this.change({ type: "wipe" }, options);
  }

  /** Has its host change the members. @throws KontikiError when that is not done in time, or is aborted. */
  async change(
    change: HostChange,
    { timeoutMs = CHANGE_MS, signal }: WaitOptions = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    const abort = (): void => this.#tell({ type: "abort" });
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await this.#order({ ...change, timeoutMs }, timeoutMs + CLEAN_MS);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async snapshot(): ReturnType<NodeUnderTest["snapshot"]> {
    const order = { type: "snapshot", timeoutMs: SNAPSHOT_MS } as const;
    return (await this.#order(order, SNAPSHOT_MS)) as Awaited<
      ReturnType<NodeUnderTest["snapshot"]>
    >;
  }

  async compact(): ReturnType<NodeUnderTest["compact"]> {
    return (await this.#order({ type: "compact" })) as Awaited<
      ReturnType<NodeUnderTest["compact"]>
    >;
  }

  async digest(): ReturnType<NodeUnderTest["digest"]> {
    return (await this.#order({ type: "digest" })) as Awaited<ReturnType<NodeUnderTest["digest"]>>;
  }

  /** Arms a crash of its present process, soon after the call: what is asked of the node at once may pass the point before. */
  crashAt(point: CrashPoint | undefined, kept: Kept | undefined): void {
    this.#tell({ type: "crashAt", point, ...(kept === undefined ? {} : { kept }) });
  }

  /** Sets what is wrong with its disk and clock soon after the call, and in later processes from the moment on in which they are up. */
  disturb(disturbance: Disturbance): void {
    this.#disturbance = disturbance;
    this.#tell({ type: "disturb", disturbance });
  }

  async #order(order: HostOrder, timeoutMs = ORDER_MS): Promise<unknown> {
    if (this.#host === undefined) throw new KontikiError(`${this.id} does not run`);
    // Else what waits for the answer would wait until the pause is over.
    if (this.#isPaused) throw new KontikiError(`${this.id} is paused`);
    return this.#host.order(order, timeoutMs);
  }

  /** An order that nothing waits for. A process that is paused carries it out when it continues. */
  #tell(order: HostOrder): void {
    if (this.#life === "up") this.#host?.order(order, STOP_MS).catch(() => {});
  }

  /** Resolves when the process is gone: to why it had ended by itself, or undefined if it had not. */
  async #kill(life: Life): Promise<string | undefined> {
    const host = this.#host;
    this.#life = life;
    this.#forget();
    if (host === undefined) return this.#ending;
    const ending = host.kill();
    this.#ending = ending;
    const cause = await ending;
    if (this.#ending === ending) this.#ending = undefined;
    return cause;
  }

  #forget(): void {
    this.#host = undefined;
    this.#reported = undefined;
    this.#isPaused = false;
    this.counts.end();
    this.effects.end();
  }

  #onReport(host: RunningHost, { events, status, counts, effects }: HostReport): void {
    if (host !== this.#host) return;
    this.counts.report(counts);
    this.effects.report(effects);
    this.#reported = status;
    this.#isKnown ||= status !== undefined;
    // That it stops is reported when its process has ended.
    for (const event of events) if (event.type !== "stopped") this.#parts.onEvent(event);
    if (this.#life === "up" && status !== undefined) this.#parts.onStatus(status);
  }

  #onStopped(): void {
    this.#life = "stopped";
    this.#parts.onEvent({ type: "stopped", node: this.id, incarnation: this.#starts });
  }

  #onFailedStart(host: RunningHost, cause: string): void {
    if (this.#host !== host) return;
    this.#fail(cause);
  }

  /** A process that ends although nothing has ended it has crashed, and does not start again: that is a finding. */
  #onExit(host: RunningHost, cause: string): void {
    if (this.#host === host && this.#life === "up") this.#onOwnEnd(cause);
  }

  #onOwnEnd(cause: string): void {
    this.#parts.onEvent({
      type: "crashed",
      node: this.id,
      incarnation: this.#starts,
      cause: `its process ended: ${cause}`,
      asked: false,
      crashes: 1,
      restartInMs: undefined,
    });
    this.#fail(cause);
  }

  #fail(cause: string): void {
    this.#life = "failed";
    this.#cause = cause;
    this.#forget();
    this.#parts.onEvent({ type: "failed", node: this.id, incarnation: this.#starts, cause });
  }
}
