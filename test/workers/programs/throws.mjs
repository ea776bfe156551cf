/**
 * Throws while a cluster with the data directory of its argument runs.
 */
import { Cluster } from "@kontiki/actors";

await Cluster.start({ nodes: 3, dataDir: process.argv[2] });
setTimeout(() => {
  throw new Error("the program has a defect");
});
