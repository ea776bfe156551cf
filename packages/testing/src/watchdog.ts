import { Script } from "node:vm";
import { replacedDepth, restoreTo } from "./surroundings.ts";

/** Calls a function, under some limit. */
export type Within = <Result>(act: () => Result) => Result;

/** Without a limit. */
export const unlimited: Within = (act) => act();

/** A call did not return in time: nothing but an endless loop, or very long work, can do that. */
export class HangError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name = "HangError";
}

/**
 * Where the script below finds what to call. It is a property of `process`, because a test runner may give each file a
 * global object of its own, and there is only one process.
 */
const CALL = Symbol.for("kontiki.watchdog.call");

type Slot = { [CALL]?: (() => void) | undefined };

const slot = process as Slot;

const script = new Script("process[Symbol.for('kontiki.watchdog.call')]()", {
  filename: "kontiki-watchdog",
});

const TIMED_OUT = "ERR_SCRIPT_EXECUTION_TIMEOUT";

/**
 * Calls functions under a time limit that holds for endless loops too, in whatever thread this runs: Node watches a
 * script with a time limit from another thread and ends what it is doing, which no `catch` or `finally` in it can keep
 * from happening. What the function throws is thrown unchanged.
 *
 * @param leftMs how much real time a call that begins now may take, in ms. Without any, no call begins: many short calls are
 *   an endless loop as well.
 * @returns a function that throws HangError for a call that takes longer. What such a call worked on must not be used.
 */
export function watchdog(leftMs: () => number): Within {
  return (act) => {
    let ended: { readonly value: ReturnType<typeof act> } | undefined;
    let thrown: { readonly error: unknown } | undefined;
    const ms = leftMs();
    if (ms <= 0) throw new HangError("there is no time left for another call");
    const before = slot[CALL];
    const depth = replacedDepth();
    slot[CALL] = () => {
      try {
        ended = { value: act() };
      } catch (error) {
        thrown = { error };
      }
    };
    try {
      script.runInThisContext({ timeout: Math.ceil(ms), displayErrors: false });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== TIMED_OUT) throw error;
      throw new HangError("it did not return in time", { cause: error });
    } finally {
      slot[CALL] = before;
      restoreTo(depth);
    }
    if (thrown !== undefined) throw thrown.error;
    if (ended === undefined) throw new Error("a watched call neither returned nor threw");
    return ended.value;
  };
}

/**
 * Runs everything that promises wait for at this moment, as Node does between two callbacks of its event loop, so that a
 * watchdog sees it. Undefined if this version of Node does not offer that.
 */
export const runMicrotasks: (() => void) | undefined = (
  process as { readonly _tickCallback?: () => void }
)._tickCallback;
