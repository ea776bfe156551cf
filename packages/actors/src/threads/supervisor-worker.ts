/**
 * The thread of a supervisor: starts all nodes, publishes what happens to them, and obeys the program.
 *
 * @module
 */
import { workerData } from "node:worker_threads";
import { expose } from "comlink";
import { obeyOrder } from "./obey-order.ts";
import { levelsBelow } from "./priorities.ts";
import { Publisher } from "./publisher.ts";
import type { Note, SupervisorControl, SupervisorStart } from "./supervision.ts";
import { Supervisor } from "./supervisor.ts";

/** A call of the control, which comlink takes. */
type ControlCall = { readonly id: string };

const { options, priorities, port } = workerData as SupervisorStart;

const supervisor = new Supervisor({
  ...options,
  levelsBelow: (node) => levelsBelow(priorities, node),
});
const publisher = new Publisher(supervisor, port);

const control: SupervisorControl = {
  obey(order) {
    const refusal = obeyOrder(supervisor, order);
    if (order.type === "end") {
      publisher.publishCounts();
      // The answer must leave first.
      setImmediate(() => port.close());
    }
    return refusal;
  },
  ask: (host, question, waitMs) => supervisor.ask(host, question, waitMs),
};
function onNote(note: Note): void {
  switch (note.type) {
    case "counted":
      return publisher.counted();
    case "mail":
      return supervisor.sendElsewhere(note.letter);
    case "answered":
      return publisher.answered(note.question, note.answer);
    case "client":
      return supervisor.clientIs(note.client);
    default:
      note satisfies never;
  }
}

port.on("message", (message: Note | ControlCall) => {
  if (!("id" in message)) onNote(message);
});
expose(control, port);
await supervisor.openHosts();
for (const child of supervisor.children) child.startIfPossible();
