/**
 * Tries to start a cluster with each of the options in its arguments, prints the errors, and ends when nothing runs.
 */
import { Cluster } from "@kontiki/actors";

for (const options of process.argv.slice(2)) {
  await Cluster.start(JSON.parse(options)).then(
    async (cluster) => {
      console.log("it started");
      await cluster.stop();
    },
    (error) => console.log(`${error.name}: ${error.message}`),
  );
}
