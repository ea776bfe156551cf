import {
  MessageChannel,
  receiveMessageOnPort,
  type MessagePort,
  type Worker,
} from "node:worker_threads";
import { causeOf } from "./cause.ts";
import { Control, type Answering, type Remote } from "./control.ts";
import { messageOf } from "../errors.ts";
import { Gate } from "./gate.ts";
import { hardLimitMiB } from "./heap-watch.ts";
import { FRAME_BYTES } from "../lanes/lane.ts";
import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import type { DirectLane, LaneStart, MailReport } from "../mailboxes/lane-frames.ts";
import type { MailLoop, MailSource } from "../mailboxes/mail-loop.ts";
import { ActorMail, LANE_BYTES } from "../mailboxes/actor-mail.ts";
import type { OutgoingLetter, ToActor } from "../mailboxes/letter.ts";
import { startWorker } from "./start-worker.ts";

/** What an actor's thread posts. It posts that it is `ready` before it uses its lanes. */
export type Posted = { readonly type: string };

/** What an actor's thread answers. */
export type Stoppable = Answering & {
  /** Ends the actor gracefully, and lets the thread end. */
  readonly stop: () => unknown;
};

/** What a thread is started with. */
export type ThreadStart = {
  /** The code of the thread; undefined in a bundle of CommonJS. */
  readonly file: URL | undefined;
  /** The name of the actor. */
  readonly name: string;
  readonly heapMiB: number;
  /** What the code of the thread gets as `spec`. */
  readonly spec: unknown;
};

/** The worker data of an actor's thread. */
export type ThreadData<Spec> = {
  readonly spec: Spec;
  readonly gate: SharedArrayBuffer;
  readonly lanes: LaneStart;
  readonly data: MessagePort;
  readonly controls: readonly MessagePort[];
};

/** What a supervisor hears of a thread. */
export type ThreadHandlers<Message> = {
  /** What the actor posted, in order; nothing after `onSilent`. */
  readonly onMessage: (message: Message) => void;
  /** A letter that the supervisor carries. */
  readonly onLetter: (letter: OutgoingLetter) => void;
  /** What its mail came to. */
  readonly onMailReport: (report: MailReport) => void;
  /** The thread is about to end, for this reason: it was killed, or has failed. Called once, before `onSilent`. */
  readonly onDying: (cause: string) => void;
  /**
   * The thread runs nothing more, and all that it sent has been handed over. Called once, before `onExit`. `cause` says why it
   * did not end by itself; undefined if it did.
   */
  readonly onSilent: (cause: string | undefined) => void;
  /** The thread is gone, with its memory and its files: called once, last. */
  readonly onExit: (cause: string | undefined) => void;
};

/** What the mail of all threads has in common. */
export type ThreadMail = {
  readonly loop: MailLoop;
  readonly limits: MailboxLimits;
  /** Wakes the program's thread; undefined if it is this one. */
  readonly programBell: SharedArrayBuffer | undefined;
};

type LetterFromLane = { readonly type: "letter"; readonly letter: OutgoingLetter };

/** The most messages that a lane holds at one time. */
const LANE_LETTERS_MAX = LANE_BYTES / FRAME_BYTES;

/** Most messages of one thread that are taken before others have their turn. */
const TAKEN_MAX = 1024;

/**
 * Young generation in MiB: with space for the commands of a few turns, most of them die before they are ever copied.
 */
const YOUNG_MIB_MAX = 64;

/**
 * One start of an actor's worker thread.
 *
 * Only the exit event means that a thread is gone, with all that it held. Uncaught errors, running out of memory and unreadable
 * messages are reported before it; each is kept as the cause. What a thread posted before it died has happened, and is still
 * processed.
 *
 * The exit comes only when all memory of the thread is freed: 10 to 60 ms with a large heap. Long before, Node ends the thread's
 * environment, from where on none of its code runs, and closes its ports. So a killed thread is silent when its port closes. One
 * that was not killed may have closed the port itself.
 */
export class ActorThread<Message extends Posted, C extends Stoppable> {
  readonly control: Control<C>;
  readonly mail: ActorMail<Message>;
  /** Another end of its control, until it is passed on. */
  #programControl: MessagePort | undefined;
  readonly #loop: MailLoop;
  readonly #source: MailSource;
  readonly #worker: Worker;
  readonly #gate = new Gate();
  readonly #port: MessagePort;
  readonly #handlers: ThreadHandlers<Message>;
  #cause: string | undefined;
  #isSilent = false;

  constructor(
    { file, name, heapMiB, spec }: ThreadStart,
    { loop, limits, programBell }: ThreadMail,
    handlers: ThreadHandlers<Message>,
  ) {
    const data = new MessageChannel();
    const control = new MessageChannel();
    const programControl = new MessageChannel();
    this.#handlers = handlers;
    this.#port = data.port1;
    this.control = new Control(name, control.port1);
    this.#programControl = programControl.port1;
    this.mail = new ActorMail(loop.bell, programBell);
    this.#loop = loop;
    this.#source = sourceOf(this.mail, () => this.#takeMail(TAKEN_MAX));
    const workerData: ThreadData<unknown> = {
      spec,
      gate: this.#gate.shared,
      lanes: this.mail.start(limits),
      data: data.port2,
      controls: [control.port2, programControl.port2],
    };
    this.#worker = startWorker(file, {
      name,
      workerData,
      transferList: [data.port2, control.port2, programControl.port2],
      resourceLimits: {
        maxOldGenerationSizeMb: hardLimitMiB(heapMiB),
        maxYoungGenerationSizeMb: YOUNG_MIB_MAX,
      },
    });
    this.#port.on("message", (message: Message) => this.#onPosted(message));
    this.#port.on("messageerror", (error) =>
      this.kill(`a message from it could not be read: ${messageOf(error)}`),
    );
    this.#port.on("close", () => {
      if (this.#cause !== undefined) this.#onSilent(this.#cause);
    });
    this.#worker.on("messageerror", (error) =>
      this.kill(`a message to it could not be read: ${messageOf(error)}`),
    );
    this.#worker.on("error", (error) => this.kill(causeOf(error, heapMiB)));
    this.#worker.on("exit", (code) => this.#onExit(code));
  }

  /** Puts a letter or an obituary into the actor's mailbox. */
  post(letter: ToActor): void {
    this.mail.post(letter);
  }

  /** Takes all that the thread has sent so far, unless more than its lane holds waits for room. */
  takeMail(): void {
    this.#takeMail(LANE_LETTERS_MAX);
  }

  /** Passes on another end of its control, to the program's thread. It then belongs to that thread. */
  passControl(): MessagePort | undefined {
    const control = this.#programControl;
    this.#programControl = undefined;
    return control;
  }

  /** Opens a direct lane to another actor's thread. */
  openLane(lane: DirectLane): void {
    this.mail.open(lane, this.#port);
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

  /** Kills the thread at once. Its exit follows. The first cause counts, and each call of Node's would add a listener. */
  kill(cause: string): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    void this.#worker.terminate();
    this.#handlers.onDying(cause);
  }

  /** Ends the thread gracefully, even while it pauses, or kills it after `deadlineMs`. */
  stop(deadlineMs: number): void {
    this.resume();
    this.control
      .call("stop", deadlineMs, (actor: Remote<Stoppable>) => actor.stop())
      .catch(() => this.kill(`it did not stop within ${deadlineMs} ms`));
  }

  /** Lanes are read from when the thread is ready, which it posts before it uses them. */
  #onPosted(message: Message): void {
    try {
      this.#handlers.onMessage(message);
    } finally {
      // Also when a listener of the program has thrown.
      if (message.type === "ready") this.#loop.add(this.#source);
    }
  }

  #takeMail(most: number): void {
    this.mail.continue();
    for (let taken = 0; taken < most; taken += 1) {
      const message = this.mail.receive();
      if (message === undefined) return;
      switch (message.type) {
        case "letter":
          this.#handlers.onLetter((message as LetterFromLane).letter);
          break;
        case "undelivered":
        case "settled":
          this.#handlers.onMailReport(message as MailReport);
          break;
        default:
          this.#handlers.onMessage(message as Message);
      }
    }
  }

  /** Hands over the last of what the thread has sent. What it posted was handed over before its port closed. */
  #onSilent(cause: string | undefined): void {
    if (this.#isSilent) return;
    this.#isSilent = true;
    this.#loop.remove(this.#source);
    this.#takeMail(Infinity);
    this.#handlers.onSilent(cause);
  }

  #onExit(code: number): void {
    const cause =
      this.#cause ?? (code === 0 ? undefined : `the thread ended with exit code ${code}`);
    if (!this.#isSilent) this.#takePosted();
    this.#onSilent(cause);
    this.#port.close();
    this.#programControl?.close();
    this.control.threadExited();
    this.#handlers.onExit(cause);
  }

  #takePosted(): void {
    for (;;) {
      const left = receiveMessageOnPort(this.#port) as { readonly message: Message } | undefined;
      if (left === undefined) return;
      this.#onPosted(left.message);
    }
  }
}

function sourceOf(mail: Pick<ActorMail, "isQuiet">, take: () => void): MailSource {
  return {
    get isQuiet() {
      return mail.isQuiet;
    },
    take,
  };
}
