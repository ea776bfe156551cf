/**
 * The thread of a supervisor: starts all nodes, publishes what happens to them, and obeys the program.
 *
 * @module
 */
import { workerData } from "node:worker_threads";
import { expose } from "comlink";
import type { Envelope } from "../mail/protocol.ts";
import type { MailCarrier } from "./mail-carrier.ts";
import { obeyOrder } from "./obey-order.ts";
import { levelsBelow } from "./priorities.ts";
import { Publisher } from "./publisher.ts";
import type { Delivery, FromSupervisor, SupervisorControl, SupervisorStart } from "./supervision.ts";
import { Supervisor } from "./supervisor.ts";

const { options, priorities, isCarried, port } = workerData as SupervisorStart;

let deliver: ((letter: Envelope) => void) | undefined;

/** The program's carrier, as far as the supervisor sees it. */
const network: MailCarrier = (letter, delivered) => {
  deliver = delivered;
  port.postMessage({ type: "letter", letter } satisfies FromSupervisor);
};

const supervisor = new Supervisor({
  ...options,
  levelsBelow: (node) => levelsBelow(priorities, node),
  network: isCarried ? network : undefined,
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
};
port.on("message", (message: Delivery | { readonly type: unknown }) => {
  if (message.type === "deliver") deliver?.((message as Delivery).letter);
});
expose(control, port);
for (const child of supervisor.children) child.startIfPossible();
