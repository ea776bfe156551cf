import { subscribe } from "node:diagnostics_channel";
import { Cluster } from "@kontiki/actors";

let changes = 0;
subscribe("kontiki:role", () => (changes += 1));

const cluster = await Cluster.start({ nodes: 3 });
const first = await cluster.leader();
await cluster.node(first).crash();
await cluster.propose({ type: "put", key: "greeting", value: "ahoy" });
await cluster.converged(); // the next leader may answer before the node is back
const { nodes } = await cluster.metrics();
console.log(nodes.find(({ node }) => node === first)?.restarts, changes > 0); // 1 true
await cluster.stop();
