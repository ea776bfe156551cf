import type { DeadLetterReason } from "../mailboxes/letter.ts";
import type { Life } from "../supervision/life.ts";

/** Where an actor is, as its supervisor knows it. */
export type ActorStatus = {
  /** Its name. */
  readonly name: string;
  /** Where it is in its life. */
  readonly life: Life;
  /** How often its thread was started, the first time included. */
  readonly incarnation: number;
  /** How often it was restarted. */
  readonly restarts: number;
  /** Messages on the way to it, and in its mailbox. */
  readonly mailbox: { readonly letters: number; readonly bytes: number };
};

/** What happens in a system of actors. */
export type ActorEvent =
  /** An actor's thread takes messages. */
  | { readonly type: "started"; readonly actor: string; readonly incarnation: number }
  /**
   * An actor's thread died; `asked`: because of `crash()`. The actor is restarted after `restartInMs`. When that is undefined
   * it is not, and a `failed` follows, or a `stopped` if a stop was requested when it had crashed. `crashes` is the number of
   * crashes within the restart window.
   */
  | {
      readonly type: "crashed";
      readonly actor: string;
      readonly incarnation: number;
      readonly cause: string;
      readonly asked: boolean;
      readonly crashes: number;
      readonly restartInMs: number | undefined;
    }
  /** An actor's thread was ended, because the crash of another actor restarts this one too. */
  | {
      readonly type: "recycled";
      readonly actor: string;
      readonly incarnation: number;
      readonly cause: string;
    }
  /** An actor is given up. */
  | {
      readonly type: "failed";
      readonly actor: string;
      readonly incarnation: number;
      readonly cause: string;
    }
  /** An actor has ended by itself, and is not restarted. */
  | { readonly type: "completed"; readonly actor: string; readonly incarnation: number }
  /** An actor was stopped on request. */
  | { readonly type: "stopped"; readonly actor: string; readonly incarnation: number }
  /** The first message to that address that was lost for that reason. All are counted. */
  | { readonly type: "deadLetter"; readonly to: string; readonly reason: DeadLetterReason };
