import {
  MessageChannel,
  receiveMessageOnPort,
  type MessagePort,
  type Worker,
} from "node:worker_threads";
import { KontikiError, messageOf } from "../errors.ts";
import type { HostQuestion, HostReply } from "../hosts/host-questions.ts";
import { causeOf } from "../supervision/cause.ts";
import { Control } from "../supervision/control.ts";
import { checkThreadFile, startWorker } from "../supervision/start-worker.ts";
import type {
  Note,
  Publication,
  SupervisorControl,
  SupervisorOrder,
  SupervisorStart,
} from "../threads/supervision.ts";

/** Undefined in a bundle of CommonJS. */
const HERE: string | undefined = import.meta.url;

/** With its folder, so that a bundle never takes another file of this name for it. */
const FILE =
  HERE === undefined ? undefined : new URL("../threads/supervisor-worker.js", import.meta.url);

/** Checks that threads can start in this process. @throws KontikiError that says why they cannot. */
export function checkThreads(): void {
  checkThreadFile(FILE);
}

/** How long the thread may take to end by itself before it is killed, in ms. */
const END_MS = 1_000;

/** What the program hears of the supervisor's thread. */
export type SupervisorHandlers = {
  readonly onPublished: (publications: readonly Publication[]) => void;
  /** The thread is gone: called once, last. `cause` says why; undefined if it was asked to end. */
  readonly onExit: (cause: string | undefined) => void;
};

/** The supervisor's thread, which starts the threads of the nodes. They end with it, whatever ends it. */
export class SupervisorThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #control: Control<SupervisorControl>;
  readonly #handlers: SupervisorHandlers;
  readonly #exited: Promise<void>;
  #cause: string | undefined;
  #isEnding = false;

  /** @throws KontikiError when no thread can be started. */
  constructor(start: Omit<SupervisorStart, "port">, handlers: SupervisorHandlers) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#handlers = handlers;
    this.#worker = started({ ...start, port: port2 }, port2);
    this.#control = new Control("the supervisor", port1);
    port1.on("message", (message: readonly Publication[] | ControlAnswer) =>
      this.#onPosted(message),
    );
    port1.on("messageerror", (error) => this.#blame(messageOf(error)));
    this.#worker.on("error", (error) => this.#blame(messageOf(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", (code) => {
        this.#onExit(code);
        resolve();
      });
    });
  }

  /**
   * Gives an order. Resolves when it is carried out, and all that it did is published.
   *
   * @throws KontikiError when it is refused, or when the thread ends first.
   */
  async order(order: SupervisorOrder): Promise<void> {
    const refusal = await this.#control.call(order.type, Infinity, (thread) => thread.obey(order));
    if (refusal !== undefined) throw new KontikiError(refusal);
  }

  /** Asks another host. Resolves to its answer, or to why there is none. */
  async ask(host: string, question: HostQuestion, waitMs: number): Promise<HostReply> {
    return this.#control.call("question", Infinity, (thread) => thread.ask(host, question, waitMs));
  }

  /** Sends a note, which has no answer. */
  note(note: Note): void {
    this.#port.postMessage(note);
  }

  /** Ends the thread, whose nodes must have ended. Kills it if it does not end by itself. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const timer = setTimeout(() => void this.#worker.terminate(), END_MS);
    this.order({ type: "end" }).catch(() => {});
    await this.#exited;
    clearTimeout(timer);
  }

  /** Kills the thread, and with it all nodes. One that waits for a stalled disk keeps it from ending. */
  kill(): void {
    this.#isEnding = true;
    void this.#worker.terminate();
  }

  #blame(cause: string): void {
    this.#cause ??= cause;
    void this.#worker.terminate();
  }

  #onPosted(message: readonly Publication[] | ControlAnswer): void {
    if (!("id" in message)) this.#handlers.onPublished(message);
  }

  #onExit(code: number): void {
    for (let left = this.#receive(); left !== undefined; left = this.#receive())
      this.#onPosted(left);
    this.#port.close();
    const cause = this.#cause ?? `exit code ${code}`;
    this.#handlers.onExit(this.#isEnding ? undefined : cause);
    this.#control.threadExited();
  }

  #receive(): readonly Publication[] | ControlAnswer | undefined {
    const received = receiveMessageOnPort(this.#port);
    return (received as { readonly message: readonly Publication[] | ControlAnswer } | undefined)
      ?.message;
  }
}

/** An answer to a control call, which comlink takes. */
type ControlAnswer = { readonly id: string };

function started(start: SupervisorStart, port: MessagePort): Worker {
  try {
    return startWorker(FILE, { name: "supervisor", workerData: start, transferList: [port] });
  } catch (error) {
    if (error instanceof KontikiError) throw error;
    throw new KontikiError(
      `the supervisor's thread cannot start: ${causeOf(error, start.options.spec.heapMiB)}`,
    );
  }
}
