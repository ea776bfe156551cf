import {
  MessageChannel,
  receiveMessageOnPort,
  type MessagePort,
  type Worker,
} from "node:worker_threads";
import { causeOf } from "./cause.ts";
import { Control } from "./control.ts";
import { messageOf } from "../errors.ts";
import { Gate } from "./gate.ts";
import { hardLimitMiB } from "./heap-watch.ts";
import type { FromNode, NodeSpec, ToNode } from "../mail/protocol.ts";
import { checkThreadFile, startWorker } from "./start-worker.ts";

/** Undefined in a bundle of CommonJS. */
const HERE: string | undefined = import.meta.url;

/** With its folder, so that a bundle never takes another `worker.js` for it. */
const FILE = HERE === undefined ? undefined : new URL("../threads/worker.js", import.meta.url);

/** Checks that threads of nodes can start in this process. @throws KontikiError that says why they cannot. */
export function checkNodeThreads(): void {
  checkThreadFile(FILE);
}

/** What a supervisor hears of a thread. */
export type ThreadHandlers = {
  /** What the node posted, in order; nothing after `onExit`. */
  readonly onMessage: (message: FromNode) => void;
  /** The thread is gone: called once, last. `cause` says why it did not end by itself; undefined if it did. */
  readonly onExit: (cause: string | undefined) => void;
};

/**
 * Young generation in MiB: with space for the commands of a few turns, most of them die before they are ever copied.
 */
const YOUNG_MIB_MAX = 64;

/**
 * One start of a node's worker thread.
 *
 * Only the exit event means that a thread is gone. Uncaught errors, running out of memory and unreadable messages are
 * reported before it; each is kept as the cause. What a thread posted before it died has happened, and is still
 * processed.
 */
export class NodeThread {
  readonly control: Control;
  readonly #worker: Worker;
  readonly #gate = new Gate();
  readonly #port: MessagePort;
  readonly #handlers: ThreadHandlers;
  #cause: string | undefined;

  constructor(spec: NodeSpec, handlers: ThreadHandlers) {
    const data = new MessageChannel();
    const control = new MessageChannel();
    this.#handlers = handlers;
    this.#port = data.port1;
    this.control = new Control(spec.id, control.port1);
    this.#worker = startWorker(FILE, {
      name: spec.id,
      workerData: { spec, gate: this.#gate.shared, data: data.port2, control: control.port2 },
      transferList: [data.port2, control.port2],
      resourceLimits: {
        maxOldGenerationSizeMb: hardLimitMiB(spec.heapMiB),
        maxYoungGenerationSizeMb: YOUNG_MIB_MAX,
      },
    });
    this.#port.on("message", handlers.onMessage);
    this.#port.on("messageerror", (error) =>
      this.#blame(`a message from it could not be read: ${messageOf(error)}`),
    );
    this.#worker.on("messageerror", (error) =>
      this.#blame(`a message to it could not be read: ${messageOf(error)}`),
    );
    this.#worker.on("error", (error) => this.#blame(causeOf(error, spec.heapMiB)));
    this.#worker.on("exit", (code) => this.#onExit(code));
  }

  /** Puts a letter or an obituary into the node's mailbox. */
  post(letter: ToNode): void {
    this.#port.postMessage(letter, letter.type === "mail" ? [letter.bytes.buffer] : []);
  }

  /**
   * Makes the thread stand still between two of its turns. It reports this with the number of the pause, which is
   * returned.
   */
  pause(): number {
    const pause = this.#gate.close();
    this.#worker.postMessage(pause);
    return pause;
  }

  /** Ends the pause. */
  resume(): void {
    this.#gate.open();
  }

  /** Kills the thread at once. Its exit follows. */
  kill(cause: string): void {
    this.#cause ??= cause;
    void this.#worker.terminate();
  }

  /** Ends the thread gracefully, even while it pauses, or kills it after `deadlineMs`. */
  stop(deadlineMs: number): void {
    this.resume();
    this.control
      .call("stop", deadlineMs, (node) => node.stop())
      .catch(() => this.kill(`it did not stop within ${deadlineMs} ms`));
  }

  #blame(cause: string): void {
    this.#cause ??= cause;
    void this.#worker.terminate();
  }

  #onExit(code: number): void {
    for (let left = this.#receive(); left !== undefined; left = this.#receive())
      this.#handlers.onMessage(left);
    this.#port.close();
    this.control.threadExited();
    this.#handlers.onExit(
      this.#cause ?? (code === 0 ? undefined : `the thread ended with exit code ${code}`),
    );
  }

  #receive(): FromNode | undefined {
    return (receiveMessageOnPort(this.#port) as { readonly message: FromNode } | undefined)
      ?.message;
  }
}
