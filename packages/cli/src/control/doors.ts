import { existsSync } from "node:fs";
import type { Host } from "../host/host.ts";
import { messageOf } from "../output/error-text.ts";
import type { Notes } from "../output/notes.ts";
import { EventLog } from "./event-log.ts";
import type { Hosted } from "./visitor.ts";
import { HostedCluster, reachOf } from "./hosted-cluster.ts";
import type { Hello } from "./protocol.ts";
import { Registry, type Registered } from "./registry.ts";

/** What the command line says about other terminals. */
export type DoorOptions = {
  readonly name?: string;
  readonly serve?: true;
  readonly log?: string;
  readonly data: string;
  readonly memory?: true;
};

/**
 * Whether and how other terminals reach the cluster of this process, and its log.
 *
 * A cluster at a prompt, with a name or with `--serve` can be reached; one that reads a pipe cannot. At a prompt this is
 * a service that nothing depends on: when it is not possible, a note tells it.
 */
export class Doors {
  readonly log: EventLog | undefined;
  readonly #entry: Registered | undefined;
  readonly #registry: Registry;
  readonly #isNeeded: boolean;
  readonly #notes: Notes;
  readonly #signal: AbortSignal;
  #hosted: HostedCluster | undefined;

  private constructor(
    entry: Registered | undefined,
    log: EventLog | undefined,
    isNeeded: boolean,
    { notes, host, registry }: { notes: Notes; host: Host; registry: Registry },
  ) {
    this.#entry = entry;
    this.log = log;
    this.#isNeeded = isNeeded;
    this.#notes = notes;
    this.#signal = host.signal;
    this.#registry = registry;
  }

  /** Before the nodes start: so that a name that is taken, or a log that cannot be written, stops nothing. @throws KontikiError */
  static async prepare(
    options: DoorOptions,
    isInteractive: boolean,
    notes: Notes,
    host: Host,
  ): Promise<Doors> {
    const registry = new Registry(host.env);
    const isNeeded = options.name !== undefined || options.serve === true;
    const data = options.memory === true ? undefined : options.data;
    const { name, log } = options;
    const isReached = isNeeded || (isInteractive && data !== undefined);
    const entry = isReached ? await reachOf({ name, data, log }, registry) : undefined;
    if (isNeeded && entry !== undefined && registry.folder !== undefined)
      registry.check(entry.name);
    const file =
      log === undefined
        ? undefined
        : new EventLog(log, entry?.name ?? "kontiki", (problem) => notes.problem(problem));
    return new Doors(entry, file, isNeeded, { notes, host, registry });
  }

  /** Resolves to what is aborted when another terminal stops the cluster; undefined if none can. @throws KontikiError */
  async open(
    hosts: Pick<Hosted, "cluster" | "faults">,
    told: Pick<Hello, "http" | "page">,
  ): Promise<AbortSignal | undefined> {
    const entry = this.#entry;
    this.log?.note("up");
    if (entry === undefined) return undefined;
    if (!this.#isNeeded && entry.data !== null && !existsSync(entry.data)) return undefined;
    try {
      this.#hosted = await HostedCluster.open(entry, this.#registry, hosts, this.#signal, told);
      return this.#hosted.down;
    } catch (error) {
      if (this.#isNeeded) throw error;
      this.#notes.note(`other terminals cannot reach this cluster: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** After the nodes have stopped. */
  async close(): Promise<void> {
    await this.#hosted?.close();
    this.log?.note("stopped");
    this.log?.close();
  }
}
