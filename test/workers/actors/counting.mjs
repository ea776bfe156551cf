import { workerData } from "node:worker_threads";

const { data, spec } = workerData;
const count = new Int32Array(spec.count);

function run() {
  const number = Atomics.add(count, 0, 1) + 1;
  data.postMessage({ type: "turn", number });
  if (number === spec.until) return data.close();
  setImmediate(run);
}

// The port stays open while the thread runs.
data.on("message", () => {});
data.postMessage({ type: "ready" });
run();
