import { performance } from "node:perf_hooks";
import { decideRestart, type RestartDecision, type RestartPolicy } from "./restart-policy.ts";

/** What is done about a crash. `giveUp`: why the actor is not restarted. */
export type CrashDecision = RestartDecision & { readonly giveUp: string | undefined };

/** The crashes of one actor, and the restarts after them. */
export class Restarts {
  readonly #policy: RestartPolicy;
  readonly #onDue: () => void;
  #count = 0;
  /** Whether the last life ended in a crash, or in one of another actor that takes this one with it. */
  #isDue = false;
  #crashTimes: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onDue is called when the pause before a restart is over. */
  constructor(policy: RestartPolicy, onDue: () => void) {
    this.#policy = policy;
    this.#onDue = onDue;
  }

  /** How many restarts there were. */
  get count(): number {
    return this.#count;
  }

  /** A thread is about to start: a restart if its last one crashed, whoever starts it again. */
  starting(): void {
    if (this.#isDue) this.#count += 1;
    this.#isDue = false;
  }

  /** The thread has crashed, or was ended because of a crash. */
  crashed(): void {
    this.#isDue = true;
  }

  /** Counts a crash that no restart follows. Returns how many there were within the window. */
  countCrash(): number {
    const now = performance.now();
    this.#crashTimes.push(now);
    return decideRestart(this.#policy, this.#crashTimes, now, 0).crashes;
  }

  /** Has the actor restarted after a pause, or gives it up. A requested crash does not count against it. */
  onCrash(cause: string, wasRequested: boolean): CrashDecision {
    const now = performance.now();
    if (!wasRequested) this.#crashTimes.push(now);
    const decision = decideRestart(this.#policy, this.#crashTimes, now, Math.random());
    const { crashes, restartInMs } = decision;
    if (restartInMs === undefined) {
      const { withinMs } = this.#policy;
      const giveUp = `it crashed ${crashes} times within ${withinMs} ms, the last time because: ${cause}`;
      return { ...decision, giveUp };
    }
    this.#timer = setTimeout(this.#onDue, restartInMs);
    return { ...decision, giveUp: undefined };
  }

  /** Cancels the restart that is due, if there is one. */
  cancel(): void {
    clearTimeout(this.#timer);
  }

  /** Cancels the restart that is due and forgets all crashes so far. */
  reset(): void {
    this.cancel();
    this.#crashTimes = [];
  }
}
