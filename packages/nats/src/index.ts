/**
 * Kontiki beyond one machine, over NATS. No declaration here leads to those of NATS's client, which do not compile under
 * every option of TypeScript.
 *
 * @module @kontiki/nats
 */
export type { NatsOptions, TlsFiles } from "./connection/options.ts";
export { clusterPrefix, nameProblem } from "./connection/subjects.ts";
