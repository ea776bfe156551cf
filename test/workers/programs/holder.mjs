/**
 * Holds a data directory until its standard input ends.
 */
import { once } from "node:events";
import { Cluster } from "@kontiki/actors";

const cluster = await Cluster.start({ nodes: 1, dataDir: process.argv[2] });
console.log("started");
process.stdin.resume();
await once(process.stdin, "end");
await cluster.stop();
