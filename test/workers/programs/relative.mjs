/**
 * Starts a cluster whose state machine is named by a path relative to this file.
 */
import { Cluster } from "@kontiki/actors";

const cluster = await Cluster.start({ nodes: 1, stateMachine: "../machines/echo.mjs" });
console.log(JSON.stringify(await cluster.propose("ahoy")));
await cluster.stop();
