import type { NodeActor } from "./node-actor.ts";
import type { NodePort } from "./node-port.ts";
import type { NodeCounters } from "../metrics/node-counters.ts";
import type { Notice } from "./performer.ts";
import type { Storage } from "../storage/storage.ts";
import type { Clock, TimerLengths, TimerWatch } from "./timers.ts";

/** A node as it was recovered from its disk. */
export type Opened = {
  readonly actor: NodeActor;
  /** The storage that the actor writes to; its runner only syncs and closes it. */
  readonly storage: Pick<Storage, "sync" | "close">;
  /** What was found damaged, in one line for people. */
  readonly damage: string | undefined;
};

/** What a runner needs of its surroundings: a thread, or a simulation of one. */
export type RunnerPorts = {
  readonly port: NodePort;
  readonly lengths: TimerLengths;
  /** Most letters that one turn takes, so that a turn is short and its batch is bounded. Default: 1,024. */
  readonly turnLetters?: number | undefined;
  readonly clock: Clock;
  /** Calls back after the present work is done; returns a function that cancels the call. */
  readonly soon: (callback: () => void) => () => void;
  /** Calls back when the disk can sync what was written: at once where a sync blocks the thread, and never after `stop`. */
  readonly whenSyncable: (callback: () => void) => void;
  /** Recovers the node from its disk, as at a start. @throws DiskError while the disk cannot be used. */
  readonly open: () => Opened | Promise<Opened>;
  /** Receives an answer to an operator, after the turn in which it was given. */
  readonly onNotice: (notice: Notice) => void;
  /** Counts turns and syncs, and notes what is on the disk. A simulation has none. */
  readonly counters?: Pick<NodeCounters, "turn" | "sync" | "held"> | undefined;
  /** Sees each timer that starts. */
  readonly onTimer?: TimerWatch | undefined;
};
