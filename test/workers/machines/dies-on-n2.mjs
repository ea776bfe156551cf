/**
 * Ends its thread while it is loaded, on n2, each time.
 */
import { workerData } from "node:worker_threads";

if (workerData.spec.id === "n2") process.exit(7);

export { default } from "./echo.mjs";
