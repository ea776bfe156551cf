import type { MailReport } from "../mailboxes/lane-frames.ts";
import type { OutgoingLetter } from "../mailboxes/letter.ts";
import type { Connected } from "../mailboxes/exchange.ts";
import type { Ending } from "./ending.ts";
import type { RestartPolicy } from "./restart-policy.ts";
import type { CrashDecision } from "./restarts.ts";
import type { RestartType } from "./strategy.ts";

/** What happens to a child. */
export type LifeReport =
  /**
   * The thread died; `asked`: on request. It is restarted after `restartInMs`. When that is undefined it is not, and a
   * `failed` follows, or a `stopped` if it was asked to stop when it had crashed.
   */
  | {
      readonly type: "crashed";
      readonly cause: string;
      readonly asked: boolean;
      readonly crashes: number;
      readonly restartInMs: number | undefined;
    }
  /** The thread was ended because another actor's crash restarts this one too. */
  | { readonly type: "recycled"; readonly cause: string }
  /** The child is given up. */
  | { readonly type: "failed"; readonly cause: string }
  /** The thread has ended by itself, as it may. */
  | { readonly type: "completed" }
  /** The child was stopped on request. */
  | { readonly type: "stopped" };

/** What the owner of a child provides, and what it wants to hear. Each thread of the child has its own incarnation. */
export type ChildHost<Thread extends Connected> = {
  readonly policy: RestartPolicy;
  readonly restart: RestartType;
  /** The limit of the heap of each thread, for messages. */
  readonly heapMiB: number;
  /** Whether a child whose thread has never been ready is given up after its first crash. */
  readonly givesUpFirst: boolean;
  readonly onReport: (report: LifeReport, incarnation: number) => void;
  /** The child has another life, or a thread. */
  readonly onLife: () => void;
  /** A thread takes mail from now on. */
  readonly onUp: (incarnation: number, thread: Thread) => void;
  /** A thread runs nothing more, and has sent its last. */
  readonly onDown: (incarnation: number, ending: Ending) => void;
  /**
   * The same thread is gone, with all that it held. It is undefined if it could not even be started. What follows for the child
   * is decided after this.
   */
  readonly onGone: (incarnation: number, ending: Ending, thread: Thread | undefined) => void;
  /** The thread has paused as requested. */
  readonly onPaused: () => void;
  /** The child has crashed, and is about to wait for its restart, or to be given up. */
  readonly onCrashed: (decision: CrashDecision) => void;
  /** The pause before a restart is over: `respawn` starts the next thread. */
  readonly onRestartDue: () => void;
  /** A letter that has no direct lane. */
  readonly onLetter: (letter: OutgoingLetter, incarnation: number) => void;
  /** What became of its mail. */
  readonly onMailReport: (report: MailReport) => void;
};
