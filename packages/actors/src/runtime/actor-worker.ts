/**
 * The thread of one actor: loads its module, and lets its behavior handle what comes.
 *
 * @module
 */
import { workerData } from "node:worker_threads";
import { expose } from "comlink";
import { LaneOutbox } from "../mailboxes/lane-outbox.ts";
import { LanePort } from "../mailboxes/lane-port.ts";
import type { ThreadData } from "../supervision/actor-thread.ts";
import { beginThread } from "../supervision/begin-thread.ts";
import { heapWatch } from "../supervision/heap-watch.ts";
import type { ActorSpec, PostedByActor } from "./actor-child.ts";
import { loadBehavior } from "./behavior.ts";
import { Cell } from "./cell.ts";

const { spec, lanes, data, controls } = workerData as ThreadData<ActorSpec>;
const { name, incarnation, module, args, heapMiB } = spec;

const checkHeap = heapWatch(heapMiB);
let dueTurns = 0;

let hasEnded = (): void => {};
/** The answer to a request to stop: it has a deadline, after which the thread is killed. */
const ended = new Promise<void>((resolve) => (hasEnded = resolve));

const outbox = new LaneOutbox(lanes);
const port = new LanePort(
  lanes,
  data,
  // An actor that waits for something waits in its event loop.
  { isDue: () => dueTurns > 0, timerAtMs: () => (cell.isBusy ? -Infinity : Infinity) },
  outbox,
  true,
);

const cell: Cell = new Cell(name, incarnation, {
  receive: () => port.receive(),
  handled: (slot, bytes) => port.handled(slot, bytes),
  send: (letter) => outbox.send(letter),
  ring: () => outbox.ring(),
  soon(callback) {
    dueTurns += 1;
    setImmediate(() => {
      dueTurns -= 1;
      callback();
    });
  },
  onHandled: checkHeap,
  onEnd() {
    port.close();
    hasEnded();
    // The answer to a request to stop must leave first. What the user's module left open ends with the thread.
    setImmediate(() => process.exit(0));
  },
  fail(error) {
    // Outside of all promises: an uncaught exception, which ends the thread.
    setImmediate(() => {
      throw error;
    });
  },
});

function post(message: PostedByActor): void {
  data.postMessage(message);
}

async function run(): Promise<void> {
  const behavior = await loadBehavior(module, cell.self, args);
  const stop = async (): Promise<void> => {
    cell.end();
    await ended;
  };
  for (const control of controls) expose({ stop }, control);
  post({ type: "ready" });
  port.onLetters(() => cell.turn());
  cell.begin(behavior);
}

beginThread(run, { data, controls });
