/**
 * Loaded into each thread of `lost-supervisor.mjs`: the supervisor's fails when it is told to.
 */
import { isMainThread, workerData } from "node:worker_threads";

if (!isMainThread && workerData?.options?.voters !== undefined) {
  const order = new BroadcastChannel("fail");
  order.unref();
  order.addEventListener("message", () => {
    throw new Error("the supervisor has a defect");
  });
}
