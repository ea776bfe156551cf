import { subscribe } from "node:diagnostics_channel";
import { Cluster } from "@kontiki/actors";

const leaders = new Set();
subscribe("kontiki:role", ({ node, role }) => role === "leader" && leaders.add(node));

const cluster = await Cluster.start({ nodes: 3 });
const first = await cluster.leader();
await cluster.node(first).crash();
await cluster.propose({ type: "put", key: "greeting", value: "ahoy" });
const { nodes } = await cluster.metrics();
console.log(nodes.find(({ node }) => node === first)?.restarts, leaders.has(first)); // 1 true
await cluster.stop();
