/**
 * Starts a cluster with the options of its argument, uses it, crashes a node, stops it, and prints what is left.
 */
import { Cluster } from "@kontiki/actors";

const cluster = await Cluster.start(JSON.parse(process.argv[2] ?? "{}"));
const leader = await cluster.leader();
await cluster.propose({ type: "put", key: "k", value: "v" });
await cluster.node(leader).crash();
console.log(JSON.stringify(await cluster.get("k", { timeoutMs: 60_000 })));
await cluster.stop();
console.log(JSON.stringify(process.getActiveResourcesInfo()));
