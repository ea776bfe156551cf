import { randomInt } from "node:crypto";
import { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import type { Child } from "./child.ts";
import { ClientDriver } from "./client-driver.ts";
import {
  checkOptions,
  defaultNodes,
  type CheckedOptions,
  type ClusterOptions,
} from "./cluster-options.ts";
import { COMMAND_BYTES_MAX, encodeCommand } from "./command.ts";
import { holdsCluster, openDataDirectory, type DataDirectory } from "./data-directory.ts";
import { KontikiError, messageOf } from "./errors.ts";
import type { KeyValueCommand, KeyValueResult } from "./key-value.ts";
import { callerUrl, machineUrl } from "./machine-url.ts";
import { NodeHandle } from "./node-handle.ts";
import type { Outcome } from "./outcome.ts";
import { outcomeOf } from "./result.ts";
import { MAILBOX_DEFAULTS } from "./router.ts";
import type { ClusterEvent, ClusterEvents, NodeStatus } from "./status.ts";
import type { CommandBytes } from "./storage.ts";
import { Supervisor } from "./supervisor.ts";
import { currentLeader, haveConverged, waitFor, type WaitOptions } from "./waiting.ts";

/** How long an orderly stop of the cluster may take before threads are killed, in ms. */
const STOP_MS = 5_000;

/** How many nodes a cluster gets when nobody says. */
const DEFAULT_NODES = 3;

/** How long threads may take to die of being killed, in ms. One that waits for a stalled disk does not. */
const KILL_MS = 5_000;

/** Client numbers are 48 bits; `randomInt` draws from a range smaller than that. */
const CLIENT_MAX = 2 ** 48 - 1;

/**
 * A replicated state machine on several nodes in this process, each in a thread of its own, restarted when it crashes.
 *
 * `Command` and `Result` are what the state machine takes and gives.
 *
 * @example
 * ```ts
 * import { Cluster } from "@kontiki/actors";
 *
 * const cluster = await Cluster.start({ nodes: 3 });
 * await cluster.propose({ type: "put", key: "greeting", value: "ahoy" });
 * await cluster.node(await cluster.leader()).crash();
 * console.log(await cluster.get("greeting")); // { type: "ok", value: "ahoy" }
 * await cluster.stop();
 * ```
 */
export class Cluster<Command = KeyValueCommand, Result = KeyValueResult> {
  /** What happens in the cluster, as it happens. */
  readonly events = new EventEmitter<ClusterEvents>();
  readonly #supervisor: Supervisor;
  readonly #client: ClientDriver;
  readonly #directory: DataDirectory | undefined;
  readonly #options: CheckedOptions;
  #stopped = false;
  #stopping: Promise<void> | undefined;

  private constructor(options: CheckedOptions, stateMachine: string) {
    const { dataDir, electionTimeoutMs, heartbeatMs, heapMiB, policy } = options;
    const directory = dataDir === undefined ? undefined : openDirectory(dataDir, options.nodes);
    const nodes = directory?.nodes ?? options.nodes ?? defaultNodes(DEFAULT_NODES);
    const pathOf =
      directory === undefined ? undefined : (node: NodeId): string => directory.pathOf(node);
    this.#options = options;
    this.#directory = directory;
    this.#supervisor = new Supervisor({
      nodes,
      pathOf,
      stateMachine,
      electionTimeoutMs,
      heartbeatMs,
      heapMiB,
      policy,
      mailbox: MAILBOX_DEFAULTS,
    });
    const times = { attemptMs: 4 * electionTimeoutMs, backoffMs: heartbeatMs / 2 };
    const { router } = this.#supervisor;
    this.#client = new ClientDriver(randomInt(1, CLIENT_MAX), nodes, times, (envelope) =>
      router.route(envelope),
    );
    router.attachClient(this.#client.address, (envelope) => this.#client.receive(envelope));
    this.#supervisor.events.on("event", (event) => this.#onEvent(event));
    this.#supervisor.events.on("status", (child) => this.#onStatus(child));
  }

  /**
   * Starts a cluster, and waits until every node has recovered its state from its disk.
   *
   * @throws KontikiError when an option is wrong, the data directory cannot be used, the state machine cannot be
   *   loaded, or a node cannot start. Then nothing is left running.
   */
  static async start<C = KeyValueCommand, R = KeyValueResult>(
    options: ClusterOptions = {},
  ): Promise<Cluster<C, R>> {
    const caller = callerUrl();
    const cluster = new Cluster<C, R>(
      checkOptions(options),
      machineUrl(options.stateMachine, caller),
    );
    if (options.onEvent !== undefined) cluster.events.on("event", options.onEvent);
    try {
      await cluster.#startAll();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** The names of the nodes. */
  get nodeIds(): readonly NodeId[] {
    return this.#supervisor.children.map((child) => child.id);
  }

  /** Every node as it was last heard of. */
  status(): readonly NodeStatus[] {
    return this.#supervisor.children.map((child) => child.status());
  }

  /** Letters that could not be delivered so far, by address and reason. */
  get deadLetters(): ReadonlyMap<string, number> {
    return this.#supervisor.deadLetters;
  }

  /** Waits for a leader. @throws KontikiError when there is none in time. */
  leader(options: WaitOptions = {}): Promise<NodeId> {
    return waitFor(
      this.#supervisor.events,
      "waiting for a leader",
      () => currentLeader(this.#statusWhileRunning()),
      options,
    );
  }

  /**
   * Waits until all nodes but those that are stopped or failed have applied the same whole log.
   *
   * @throws KontikiError when they have not in time.
   */
  async converged(options: WaitOptions = {}): Promise<void> {
    const look = (): true | undefined => haveConverged(this.#statusWhileRunning()) || undefined;
    await waitFor(this.#supervisor.events, "waiting for all nodes to agree", look, options);
  }

  /**
   * Has a command applied by the replicated state machine, exactly once. Never rejects: the outcome says how it ended.
   *
   * @param command plain data, at most {@link COMMAND_BYTES_MAX} bytes as msgpack.
   * @param options how long to try, in ms; `proposalTimeoutMs` of the cluster when left out.
   */
  propose(
    command: Command,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<Outcome<Result>> {
    const { timeoutMs = this.#options.proposalTimeoutMs } = options;
    return new Promise((resolve) => {
      const refuse = (reason: string): void => resolve({ type: "definitelyNot", reason });
      if (this.#stopped) return refuse("the cluster is stopped");
      if (Number.isNaN(timeoutMs)) return refuse("timeoutMs is NaN: give a number of milliseconds");
      const bytes = commandBytes(command, refuse);
      if (bytes === undefined) return;
      this.#client.propose(bytes, timeoutMs, (end) =>
        resolve(end.type === "answered" ? (outcomeOf(end.result) as Outcome<Result>) : end),
      );
    });
  }

  /** The value of a key of the key-value machine, null when absent. Linearizable: it goes through the log. */
  async get(
    key: string,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<Outcome<string | null>> {
    return (await this.propose({ type: "get", key } as Command, options)) as Outcome<string | null>;
  }

  /** One of the nodes. @throws KontikiError that names them all when there is none of this name. */
  node(id: string): NodeHandle {
    const child = this.#supervisor.child(id);
    if (child === undefined)
      throw new KontikiError(`there is no node ${id}: there are ${this.nodeIds.join(", ")}`);
    return new NodeHandle(child, this.#supervisor);
  }

  /**
   * Stops all nodes in order, and ends what is still proposed. Threads that have not ended by the deadline are killed.
   * When it is over nothing of the cluster runs any more, and its data directory is free. May be called again.
   *
   * @throws KontikiError when a thread cannot even be killed, as when its disk stalls: the directory stays locked.
   */
  stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stopAll(options.timeoutMs ?? STOP_MS);
    return this.#stopping;
  }

  async #startAll(): Promise<void> {
    for (const child of this.#supervisor.children) child.start();
    const look = (): true | undefined => {
      const statuses = this.status();
      for (const { id, life } of statuses) {
        if (life.type === "failed") throw new KontikiError(`${id} cannot start: ${life.cause}`);
      }
      return statuses.every(({ life }) => life.type === "running") || undefined;
    };
    await waitFor(this.#supervisor.events, "starting all nodes", look, { timeoutMs: 2 ** 30 });
  }

  async #stopAll(timeoutMs: number): Promise<void> {
    this.#stopped = true;
    this.#client.close("the cluster was stopped before an answer came");
    const { children, events } = this.#supervisor;
    for (const child of children) child.close(timeoutMs);
    // Whoever still waits for something shall look again, and see that it will not come.
    events.emit("change");
    const look = (): true | undefined =>
      children.every((child) => child.thread === undefined) || undefined;
    try {
      await waitFor(events, "stopping all nodes", look, { timeoutMs: timeoutMs + KILL_MS });
      // Not before all threads are gone: one that still runs may still write there.
      this.#directory?.close();
    } finally {
      this.#supervisor.close();
    }
  }

  #statusWhileRunning(): readonly NodeStatus[] {
    if (this.#stopped) throw new KontikiError("the cluster is stopped");
    return this.status();
  }

  #onEvent(event: ClusterEvent): void {
    if (event.type === "crashed" || event.type === "stopped") this.#client.nodeDied(event.node);
    if (event.type === "leader") this.#client.leaderIs(event.node);
    tell(() => this.events.emit("event", event));
  }

  /** Nodes under load say something new a thousand times a second: only who listens pays for it. */
  #onStatus(child: Child): void {
    if (this.events.listenerCount("status") === 0) return;
    tell(() => this.events.emit("status", child.status()));
  }
}

/** Without names a new directory gets the default ones. */
function openDirectory(path: string, nodes: readonly NodeId[] | undefined): DataDirectory {
  const ofNew = holdsCluster(path) ? undefined : defaultNodes(DEFAULT_NODES);
  return openDataDirectory(path, nodes ?? ofNew);
}

function commandBytes(
  command: unknown,
  refuse: (reason: string) => void,
): CommandBytes | undefined {
  try {
    const bytes = encodeCommand(command);
    if (bytes.length <= COMMAND_BYTES_MAX) return bytes;
    refuse(`the command has ${bytes.length} bytes; the most is ${COMMAND_BYTES_MAX}`);
  } catch (error) {
    refuse(`the command cannot be sent: ${messageOf(error)}`);
  }
  return undefined;
}

/** A listener that throws is its owner's mishap: it must not keep a node from being restarted. */
function tell(emit: () => void): void {
  try {
    emit();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
