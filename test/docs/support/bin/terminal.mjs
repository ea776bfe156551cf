/**
 * Loaded before a program (`node --import`), so that pipes look like a terminal to it: the prompt can be typed to by a test
 * on any system, without a pseudo-terminal.
 */
import { isMainThread } from "node:worker_threads";

if (isMainThread)
  for (const stream of [process.stdin, process.stdout, process.stderr])
    Object.assign(stream, { isTTY: true, columns: 120 });
