/**
 * Appends texts to a list. Before each it looks into the folder `orders` of its URL for a file named like its node: what
 * that says is how this thread shall come to harm. A file whose name ends in `!` is obeyed once, and removed.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { workerData } from "node:worker_threads";

const orders = new URL(import.meta.url).searchParams.get("orders") ?? "";

function obey() {
  const always = join(orders, workerData.spec.id);
  const once = `${always}!`;
  const file = existsSync(once) ? once : always;
  if (!existsSync(file)) return;
  const order = readFileSync(file, "utf8");
  if (file === once) rmSync(once);
  harm(order);
}

function harm(order) {
  switch (order) {
    case "exit 0":
      return process.exit(0);
    case "exit 3":
      return process.exit(3);
    case "throw in a timer":
      setTimeout(() => {
        throw new Error("the timer\n  went wrong");
      });
      return;
    case "reject":
      void Promise.reject(new Error("nobody caught this"));
      return;
    case "hang":
      new BroadcastChannel(orders).postMessage("hangs");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return;
    case "fill the heap": {
      const hoard = [];
      for (;;) hoard.push(Array.from({ length: 10_000 }, (_, at) => ({ at })));
    }
    default:
      throw new Error(`there is no order "${order}"`);
  }
}

export default function makeList() {
  const texts = [];
  return {
    apply(text) {
      obey();
      texts.push(text);
      return texts.length;
    },
    snapshot: () => texts,
    restore(snapshot) {
      texts.length = 0;
      texts.push(...snapshot);
    },
  };
}
