import { KontikiError, type TransportSpec } from "@kontiki/actors";
import { natsProblem } from "../connection/problem.ts";
import type { NatsOptions } from "../connection/options.ts";

/**
 * The transport of a cluster with nodes on several hosts, over NATS: core publish and subscribe, no JetStream.
 *
 * @param options where the server is, and who this is.
 * @returns the option `transport` of a cluster.
 * @throws KontikiError for an address that is none, and for a file that cannot be read or is not what it should be.
 * @example
 * ```js
 * import { Cluster } from "@kontiki/actors";
 * import { nats } from "@kontiki/nats";
 *
 * const peers = { cluster: "orders", hosts: { a: ["n1"], b: ["n2"], c: ["n3"] } };
 * const cluster = await Cluster.start({
 *   host: "a", // "b" and "c" on the others
 *   peers,
 *   transport: nats({ servers: "nats://127.0.0.1:4222" }),
 *   dataDir: "./data",
 * });
 * ```
 */
export function nats(options: NatsOptions): TransportSpec {
  const problem = natsProblem(options);
  if (problem !== undefined) throw new KontikiError(problem);
  return { module: new URL("./nats-transport.js", import.meta.url).href, options };
}
