import { Cluster } from "@kontiki/actors";

const cluster = await Cluster.start({ nodes: 3 }); // in memory; dataDir: "./data" keeps it
await cluster.propose({ type: "put", key: "greeting", value: "ahoy" });
const leader = await cluster.leader();
await cluster.node(leader).crash();
console.log(await cluster.get("greeting")); // { type: "ok", value: "ahoy" }
await cluster.converged();
console.log(cluster.status().map(({ raft }) => raft?.applied === raft?.last)); // [ true, true, true ]
await cluster.stop();
