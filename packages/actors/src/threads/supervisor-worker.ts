/**
 * The thread of a supervisor: starts all nodes, publishes what happens to them, and obeys the program.
 *
 * @module
 */
import { workerData } from "node:worker_threads";
import { expose } from "comlink";
import { MailboxTable, takesLetter } from "../lanes/mailbox-table.ts";
import type { Envelope } from "../mail/protocol.ts";
import type { MailCarrier } from "./mail-carrier.ts";
import { obeyOrder } from "./obey-order.ts";
import { levelsBelow } from "./priorities.ts";
import { Publisher } from "./publisher.ts";
import type { FromSupervisor, Note, SupervisorControl, SupervisorStart } from "./supervision.ts";
import { Supervisor } from "./supervisor.ts";

/** A call of the control, which comlink takes. */
type ControlCall = { readonly id: string };

const { options, priorities, carried, port } = workerData as SupervisorStart;

let deliver: ((letter: Envelope) => void) | undefined;

const onTheWay = new MailboxTable(carried);

/** The program's carrier, as far as the supervisor sees it. */
const network: MailCarrier = (letter, delivered) => {
  deliver = delivered;
  const { length } = letter.bytes;
  if (!takesLetter(options.mailbox, onTheWay, length, false)) return supervisor.refuse(letter);
  onTheWay.sent(0, length);
  port.postMessage({ type: "letter", letter } satisfies FromSupervisor);
};

const supervisor = new Supervisor({
  ...options,
  levelsBelow: (node) => levelsBelow(priorities, node),
  network: carried !== undefined ? network : undefined,
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
port.on("message", (message: Note | ControlCall) => {
  if ("id" in message) return;
  if (message.type === "deliver") deliver?.(message.letter);
  else publisher.counted();
});
expose(control, port);
for (const child of supervisor.children) child.startIfPossible();
