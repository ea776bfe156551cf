/**
 * Ends the supervisor's thread of a cluster in the way of its argument, `kill` or `fail`, and prints what comes of that.
 */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import process from "node:process";
import { Cluster } from "@kontiki/actors";

const [, , way, dataDir] = process.argv;

/** How many threads and descriptors this process has. */
function held() {
  return ["task", "fd"].map((kind) => readdirSync(`/proc/self/${kind}`).length);
}

function print(value) {
  console.log(JSON.stringify(value));
}

// The first cluster loads what stays loaded.
await (await Cluster.start({ nodes: 1 })).stop();
const before = held();

const worker = once(process, "worker");
const events = [];
const cluster = await Cluster.start({ nodes: 3, dataDir, onEvent: (event) => events.push(event) });
const [supervisor] = await worker;
await cluster.propose({ type: "put", key: "k", value: "v" });
// No node answers from now on.
await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).pause()));
const pending = cluster.propose({ type: "put", key: "k", value: "w" });
const change = cluster.transfer().catch(({ outcome, message }) => [outcome, message]);
// Until both are sent.
await new Promise((resolve) => setTimeout(resolve, 50));
events.length = 0;
const ended = new Promise((resolve) => supervisor.on("exit", resolve));
if (way === "kill") void supervisor.terminate();
else {
  const order = new BroadcastChannel("fail");
  order.postMessage("now");
  order.close();
}
await ended;
print((await pending).type);
print(events);
print(cluster.status().map(({ life }) => life.type));
print(await cluster.propose({ type: "put", key: "k", value: "x" }));
print(await change);
print(await cluster.leader().catch((error) => error.message));

// The directory is free.
const next = await Cluster.start({ dataDir });
print(["v", "w"].includes((await next.get("k", { timeoutMs: 60_000 })).value));
await next.stop();
await cluster.stop();
print(held().map((count, at) => count - before[at]));
const left = process.getActiveResourcesInfo();
print(left.filter((name) => name === "Timeout" || name === "Immediate"));
