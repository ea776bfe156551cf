import { Cluster } from "@kontiki/actors";

/** @type {Cluster<number, number>} */
const cluster = await Cluster.start({ nodes: 3, stateMachine: "./counter.ts" });
console.log(await cluster.propose(2)); // { type: "ok", value: 2 }
await cluster.node(await cluster.leader()).crash();
console.log(await cluster.propose(3)); // { type: "ok", value: 5 }
await cluster.stop();
