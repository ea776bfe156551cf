import { importModule } from "@kontiki/actors";
import type { OpenClusters, StartCluster } from "../workers/cluster-under-test.ts";
import type { JobSpec } from "./job-protocol.ts";

/**
 * What starts the clusters of a job's engine; undefined for an engine that needs nothing.
 *
 * @throws Error when the module of the engine `hosts` is missing, cannot be loaded, or is none.
 */
export async function openClusters({
  engine,
  clusters,
}: Pick<JobSpec, "engine" | "clusters">): Promise<StartCluster | undefined> {
  if (engine !== "hosts") return undefined;
  if (clusters === undefined)
    throw new Error("the engine hosts needs the module that starts its clusters: give `clusters`");
  const { default: open } = await importModule(clusters.module, "engine");
  if (typeof open !== "function")
    throw new Error(`engine ${clusters.module} has no function as its default export`);
  return (open as OpenClusters)(clusters.options);
}
