/**
 * Starts a cluster, uses it, and prints what came of it. Its import is absolute, so that its text can be given to Node in
 * other ways than as a file: `ACTORS` is replaced by the URL of the package.
 */
import { Cluster } from "ACTORS";

try {
  const cluster = await Cluster.start({ nodes: 1, dataDir: process.env.DATA });
  console.log(JSON.stringify(await cluster.propose({ type: "put", key: "k", value: "v" })));
  await cluster.stop();
} catch (error) {
  console.log(`${error.name}: ${error.message}`);
}
