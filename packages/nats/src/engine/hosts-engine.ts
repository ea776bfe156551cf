import type { ClusterModule } from "@kontiki/testing";
import { connectNats } from "../connection/connect.ts";
import type { NatsOptions } from "../connection/options.ts";
import { startGuard } from "./guard.ts";
import { startNatsServer } from "./nats-server.ts";
import type { EngineOptions } from "./open-clusters.ts";

const MODULE = new URL("../engine/open-clusters.js", import.meta.url);

/** The engine that runs scenarios on clusters whose nodes are in several processes, with mail over NATS. */
export type HostsEngine = {
  /** For the jobs of a campaign. */
  readonly clusters: ClusterModule;
  /** Ends everything that the engine has started, and removes its files. The jobs must have ended. */
  close(): Promise<void>;
};

/**
 * Opens the engine `hosts`.
 *
 * @param nats how to reach a server that runs; undefined to start one, whose program is in the PATH.
 * @throws KontikiError in one line, when no server can be started or reached. Then nothing is left running.
 */
export async function openHostsEngine(nats?: NatsOptions): Promise<HostsEngine> {
  const guard = startGuard();
  try {
    const reached = nats ?? { servers: await startNatsServer(guard.children) };
    await (await connectNats(reached)).close();
    const options: EngineOptions = { nats: reached, root: guard.root };
    return { clusters: { module: MODULE.href, options }, close: () => guard.close() };
  } catch (error) {
    await guard.close();
    throw error;
  }
}
