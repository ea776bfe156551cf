import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readTrace, readTraceFile } from "@kontiki/actors";
import { expect, test } from "vitest";
import { nextEvent, PATIENT, put, start, temporaryFolder, valueOf } from "./support/clusters.ts";

test("when a thread is gone the others get an obituary, and do not wait for its heartbeats", async () => {
  const trace = temporaryFolder();
  const cluster = await start({ nodes: 3, trace });
  valueOf(await cluster.propose(put("a", "1")));
  await cluster.converged(PATIENT);
  const leader = await cluster.leader(PATIENT);
  const elected = nextEvent(cluster, "leader");
  await cluster.node(leader).crash();
  await elected;
  await cluster.stop();

  const others = cluster.nodeIds.filter((id) => id !== leader);
  const deaths = others.map((id) => deathsKnownTo(trace, id));
  for (const seen of deaths) expect(seen).toContain(leader);
});

/** The nodes that a node was told to be gone, by the trace of its first start. */
function deathsKnownTo(folder: string, node: string): readonly string[] {
  const file = readdirSync(folder).find((name) => name.startsWith(`${node}-`)) ?? "";
  const { steps } = readTrace(readTraceFile(join(folder, file)));
  return [...steps].flatMap(({ event }) => (event.type === "peerDown" ? [event.node] : []));
}
