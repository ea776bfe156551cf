import { parentPort } from "node:worker_threads";
import { GivenTime } from "./given-time.ts";

/** The program of the thread that measures the pace of the machine: it tells after each measurement what was given up to then. */

/** How often it measures, and how long it wants to run each time, in ms: longer than what a scheduler lets a thread run at once. */
const EVERY_MS = 500;
const SPIN_MS = 20;

const given = new GivenTime(() => performance.now(), { everyMs: EVERY_MS, spinMs: SPIN_MS });

function measure(): void {
  parentPort?.postMessage(given.measure());
  setTimeout(measure, EVERY_MS);
}

measure();
