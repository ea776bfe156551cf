import { existsSync, realpathSync } from "node:fs";
import { basename, resolve } from "node:path";
import { CLUSTER_NAME } from "../host/cluster-name.ts";
import { version } from "../host/version.ts";
import type { ProgramCluster } from "../launch/cluster.ts";
import { leaderOf } from "../session/leader-of.ts";
import { verbs } from "../session/verbs/verbs.ts";
import { isAnswered } from "./dial.ts";
import type { Hello } from "./protocol.ts";
import { nameTaken, type Registry, type Registered } from "./registry.ts";
import { ControlServer } from "./server.ts";
import type { Hosted } from "./visitor.ts";
import { socketAt, socketIn } from "./socket-path.ts";
import { timeOfDay } from "./wall-clock.ts";

/** What a cluster is reached by. */
export type Reach = {
  readonly name: string | undefined;
  /** Its data directory; undefined if its logs are in memory. */
  readonly data: string | undefined;
  readonly log: string | undefined;
};

/**
 * The name, the socket and the log of a cluster that is about to start.
 *
 * @throws KontikiError for a name that another running cluster has, and where the socket of a cluster in memory has no place
 */
export async function reachOf({ name, data, log }: Reach, registry: Registry): Promise<Registered> {
  const chosen =
    name ?? (await freeName(registry, data === undefined ? "memory" : basename(resolve(data))));
  const before = registry.find(chosen);
  if (before !== undefined && (await isAnswered(before.socket))) throw nameTaken(before);
  return {
    name: chosen,
    pid: process.pid,
    data: data === undefined ? null : absolute(data),
    socket:
      data === undefined ? socketAt(registry.pathOf(chosen, ".sock")) : socketIn(absolute(data)),
    log: log === undefined ? null : resolve(log),
    startedAt: timeOfDay(),
  };
}

/** The directory may be made by the start that follows. */
function absolute(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

/** A name that no running cluster has: the first of NAME, NAME-2, NAME-3 and so on. */
async function freeName(registry: Registry, wanted: string): Promise<string> {
  const base = CLUSTER_NAME.test(wanted) ? wanted : "cluster";
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base.slice(0, 60)}-${count}`;
    const taken = registry.find(name);
    if (taken === undefined || !(await isAnswered(taken.socket))) return name;
  }
}

/** A running cluster that other terminals reach. */
export class HostedCluster {
  readonly #entry: Registered;
  readonly #registry: Registry;
  readonly #server: ControlServer;
  readonly #down: AbortController;

  private constructor(
    entry: Registered,
    registry: Registry,
    server: ControlServer,
    down: AbortController,
  ) {
    this.#entry = entry;
    this.#registry = registry;
    this.#server = server;
    this.#down = down;
  }

  /** Begins to listen, and registers the cluster. @throws KontikiError */
  static async open(
    entry: Registered,
    registry: Registry,
    { cluster, faults }: Pick<Hosted, "cluster" | "faults">,
    ended: AbortSignal,
    told: Pick<Hello, "http" | "page">,
  ): Promise<HostedCluster> {
    const down = new AbortController();
    const server = await ControlServer.listen(entry.socket, {
      cluster,
      faults,
      verbs,
      hello: () => helloOf(entry, cluster, told),
      ended: AbortSignal.any([ended, down.signal]),
      down: () => down.abort(),
    });
    try {
      if (registry.folder !== undefined) await registry.add(entry);
    } catch (error) {
      await server.close();
      throw error;
    }
    return new HostedCluster(entry, registry, server, down);
  }

  /** Aborted when another terminal stops the cluster. */
  get down(): AbortSignal {
    return this.#down.signal;
  }

  /** Ends all connections; the nodes must have stopped before. */
  async close(): Promise<void> {
    this.#registry.remove(this.#entry);
    await this.#server.close();
  }
}

function helloOf(
  entry: Registered,
  cluster: ProgramCluster,
  told: Pick<Hello, "http" | "page">,
): Hello {
  const status = cluster.status();
  const leader = leaderOf(status);
  const term = status.find(({ id }) => id === leader)?.raft?.term ?? null;
  return { ...entry, version: version(), nodes: cluster.nodeIds, leader, ...told, term };
}
