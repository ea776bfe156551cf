/**
 * Uses up all descriptors, has a node crash, and gives them back when it could not restart. Prints the cause, and what comes
 * of a proposal afterwards.
 */
import { closeSync, openSync } from "node:fs";
import { Cluster } from "@kontiki/actors";

const cluster = await Cluster.start({ nodes: 1 });
const node = cluster.node("n1");
const used = [];
try {
  for (;;) used.push(openSync("/dev/null"));
} catch (error) {
  console.log(error.code);
}
await new Promise((resolve) => {
  cluster.events.on("event", (event) => {
    if (event.type !== "crashed" || event.asked) return;
    console.log(event.cause);
    resolve();
  });
  void node.crash();
});
used.forEach((descriptor) => closeSync(descriptor));
console.log(JSON.stringify(await cluster.propose({ type: "put", key: "k", value: "v" })));
await cluster.stop();
