import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { NodePort } from "../node/node-port.ts";
import type { FromNode, ToNode } from "../mail/protocol.ts";

/** The mail connection of a node in a thread. */
export class ThreadPort implements NodePort {
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
    if (message.type !== "turn") return this.#port.postMessage(message);
    const buffers = message.mail.map(({ bytes }) => bytes.buffer);
    this.#port.postMessage(message, buffers);
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
