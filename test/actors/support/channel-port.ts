import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { NodePort } from "../../../packages/actors/src/node/node-port.ts";
import type { FromNode, ToNode } from "../../../packages/actors/src/mail/protocol.ts";

/** The mail connection of a node by a message port, with its supervisor in the same thread or another. */
export class ChannelPort implements NodePort {
  readonly #port: MessagePort;
  /** The letter that the last event carried. */
  #first: ToNode | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  receive(): ToNode | undefined {
    const first = this.#first;
    if (first !== undefined) {
      this.#first = undefined;
      return first;
    }
    return (receiveMessageOnPort(this.#port) as { readonly message: ToNode } | undefined)?.message;
  }

  post(message: FromNode): void {
    this.#port.postMessage(message);
  }

  onLetters(callback: () => void): void {
    this.#port.on("message", (letter: ToNode) => {
      this.#first = letter;
      callback();
    });
  }

  close(): void {
    this.#port.close();
  }
}
