/**
 * Kontiki beyond one machine, over NATS. No declaration here leads to those of NATS's client, which do not compile under
 * every option of TypeScript.
 *
 * @module @kontiki/nats
 */
export type { BrokenRange } from "./campaign/fleet-tally.ts";
export type { WorkerName } from "./campaign/result.ts";
export { natsProblem } from "./connection/problem.ts";
export { permissionProblem } from "./connection/permission.ts";
export type { NatsOptions, TlsFiles } from "./connection/options.ts";
export { clusterPrefix, nameProblem } from "./connection/subjects.ts";
export { openHostsEngine, type HostsEngine } from "./engine/hosts-engine.ts";
export { nats } from "./hosts/nats.ts";
export type { CampaignState } from "./fleet/campaign-state.ts";
export { Fleet, type CampaignWanted } from "./fleet/fleet.ts";
export type { WorkDone, WorkerReport, WorkOptions } from "./fleet/work-options.ts";
