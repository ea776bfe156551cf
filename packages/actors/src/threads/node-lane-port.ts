import type { MessagePort } from "node:worker_threads";
import type { FromNode, ToNode } from "../mail/protocol.ts";
import type { LaneStart } from "../mailboxes/lane-frames.ts";
import { LanePort, type ThreadWork } from "../mailboxes/lane-port.ts";
import type { NodePort } from "../node/node-port.ts";
import { NodeOutbox } from "./node-outbox.ts";

/** The mail connection of a node in a thread. Its mail and its reports of Raft take the lanes. */
export class NodeLanePort implements NodePort {
  readonly #port: MessagePort;
  readonly #outbox: NodeOutbox;
  readonly #lanes: LanePort;

  constructor(start: LaneStart, port: MessagePort, work: ThreadWork) {
    this.#port = port;
    this.#outbox = new NodeOutbox(start);
    this.#lanes = new LanePort(start, port, work, this.#outbox);
  }

  receive(): ToNode | undefined {
    return this.#lanes.receive() as ToNode | undefined;
  }

  post(message: FromNode): void {
    switch (message.type) {
      case "turn":
        this.#lanes.rouse();
        this.#outbox.status(message.raft, message.malformed);
        for (const letter of message.mail) this.#outbox.send(letter);
        return this.#outbox.ring();
      case "membership":
      case "trouble":
        this.#outbox.report(message);
        return this.#outbox.ring();
      default:
        this.#port.postMessage(message);
    }
  }

  onLetters(callback: () => void): void {
    this.#lanes.onLetters(callback);
  }

  close(): void {
    this.#lanes.close();
  }
}
