import { once } from "node:events";
import { Cluster } from "@kontiki/actors";
import { keyValueServer } from "./server.js";

const { PORT = "8080", DATA } = process.env;

const cluster = await Cluster.start({ dataDir: DATA, proposalTimeoutMs: 2_000 });
const server = keyValueServer(cluster);
server.listen(Number(PORT), "127.0.0.1");
await once(server, "listening");
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
console.log(`listening on http://127.0.0.1:${port}`);

process.once("SIGINT", () => void stop());
process.once("SIGTERM", () => void stop());

/** First the requests that are under way, then the cluster that answers them. */
async function stop() {
  server.close();
  server.closeIdleConnections();
  await once(server, "close");
  await cluster.stop();
  console.log("stopped");
}
