import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { deadline } from "../../../packages/cli/src/engines/deadline.ts";

const LATE_MS = 5_000;

test("a deadline is not lost to the garbage collector while nothing listens to it", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const ends = AbortSignal.any([new AbortController().signal, deadline(50)]);
  const began = performance.now();
  while (!ends.aborted && performance.now() - began < LATE_MS) {
    collect();
    await setImmediate();
  }
  expect(ends.aborted).toBe(true);
});
