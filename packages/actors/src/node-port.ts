import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { FromNode, ToNode } from "./protocol.ts";

/** A node's end of its mail. */
export interface NodePort {
  /** Takes out the first letter that lies there, if any does. */
  receive(): ToNode | undefined;
  /** Says something to the supervisor. The bytes of mail are given away. */
  post(message: FromNode): void;
  /** Calls back whenever a letter has come and nobody looked since. */
  onLetters(callback: () => void): void;
  /** Ends it, for good. */
  close(): void;
}

/** The mail of a node that lives in a thread. */
export class ThreadPort implements NodePort {
  readonly #port: MessagePort;
  /** A letter that came with the call that told of it. */
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
