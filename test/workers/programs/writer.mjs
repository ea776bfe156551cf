/**
 * Writes keys into a data directory until somebody kills it. Prints each key when it is acknowledged.
 *
 * Arguments: the data directory, a prefix for the keys.
 */
import { Cluster } from "@kontiki/actors";

const [dataDir, prefix] = process.argv.slice(2);
const cluster = await Cluster.start({ nodes: 3, dataDir });

let next = 0;
async function write() {
  for (;;) {
    const key = `${prefix}${next++}`;
    const outcome = await cluster.propose({ type: "put", key, value: `value of ${key}` });
    if (outcome.type === "ok") console.log(key);
  }
}

await Promise.all(Array.from({ length: 64 }, write));
