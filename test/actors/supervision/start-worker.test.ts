import { expect, test } from "vitest";
import { causeOf } from "../../../packages/actors/src/supervision/cause.ts";
import { checkThreadFile } from "../../../packages/actors/src/supervision/start-worker.ts";

/** What a bundler leaves: an ES module has a URL without the file beside it, CommonJS has none. */
test.each([
  [new URL("file:///nowhere/threads/worker.js"), "/nowhere/threads/worker.js"],
  [undefined, "the code of a thread"],
])("in a bundle the file of a thread is missing: %s", (file, what) => {
  expect(() => checkThreadFile(file)).toThrow(
    `no thread can start: ${what} is missing, as in a bundle; let the bundler leave packages out ` +
      "(esbuild: --packages=external) and install @kontiki/actors beside the bundle",
  );
});

test("a file that is there can be started", () => {
  checkThreadFile(new URL(import.meta.url));
});

test.each([
  [
    Object.assign(new Error("JS heap out of memory"), { code: "ERR_WORKER_OUT_OF_MEMORY" }),
    "its heap outgrew its limit within one turn: heapMiB is 64",
  ],
  [
    new Error("Worker initialization failure: EMFILE"),
    "Worker initialization failure: EMFILE; raise the limit of open files (ulimit -n)",
  ],
  [new Error("the timer\n  went wrong"), "the timer went wrong"],
])("why a thread failed: %s", (error, cause) => {
  expect(causeOf(error, 64)).toBe(cause);
});
