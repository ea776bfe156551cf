// Starts three nodes on disk, crashes the leader and shows that nothing is lost. Run it again: the balance stays.
// JavaScript, because Node 20 runs no TypeScript itself. Each node loads machine.ts in its own thread.
import { Cluster } from "@kontiki/actors";

/** @type {Cluster<import("./machine.ts").Command, import("./machine.ts").Result>} */
const cluster = await Cluster.start({
  nodes: 3,
  dataDir: "./kontiki-data",
  stateMachine: new URL("./machine.ts", import.meta.url),
});

console.log("deposit 10:", await cluster.propose({ type: "deposit", account: "ann", amount: 10 }));

const leader = await cluster.leader();
await cluster.node(leader).crash();
console.log(`${leader} crashed; ${await cluster.leader()} leads`);

console.log("balance:", await cluster.read({ type: "balance", account: "ann" }));
await cluster.stop();
