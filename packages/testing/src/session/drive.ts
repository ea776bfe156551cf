import { setImmediate } from "node:timers";
import type { Simulation } from "../runs/simulation.ts";
import { runMicrotasks, type Within } from "../watchdog.ts";
import { SessionError } from "./session-error.ts";
import type { Waits } from "./waits.ts";

/** What a function of a user threw; undefined when it threw nothing. */
export type Thrown = { readonly error: unknown } | undefined;

/** A function of a user that runs, and what it runs on. */
export type Driven = {
  readonly simulation: Simulation;
  readonly waits: Waits;
  readonly act: () => Promise<void>;
  /** Whether the run still has time for the function. */
  readonly hasTime: () => boolean;
  /** What is wrong when that time was over first. */
  readonly onTimeUp: () => Thrown;
  readonly within: Within;
};

type State = { isOver: boolean; thrown: Thrown };

type Ended = { readonly thrown: Thrown } | undefined;

/** How often the function is continued before the event loop gets a turn. */
const TURNS = 32;

const STRANGER =
  "the scenario awaits something outside its simulation: await only what sim returns, because anything else makes runs differ";

/**
 * Runs a function and steps the simulation, in turn, until the function has ended or the run has no more time for it.
 *
 * The function continues within a callback of the event loop, in which no timer fires and no I/O completes. So a function
 * that awaits anything but the simulation still waits for it when all promises have run, however fast that would be.
 *
 * @throws HangError when `within` ends a call.
 */
export async function drive(driven: Driven): Promise<Thrown> {
  const state: State = { isOver: false, thrown: undefined };
  await inCallback(driven.within, () => begin(driven, state));
  let ended = endOf(driven, state);
  while (ended === undefined)
    ended =
      (await inCallback(driven.within, () => takeTurns(driven, state))) ?? endOf(driven, state);
  return ended.thrown;
}

function begin({ act }: Driven, state: State): void {
  act().then(
    () => (state.isOver = true),
    (error: unknown) => {
      state.thrown = { error };
      state.isOver = true;
    },
  );
  runMicrotasks?.();
}

function takeTurns(driven: Driven, state: State): Ended {
  for (let turn = 0; turn < TURNS; turn += 1) {
    stepUntilNews(driven);
    // Without it the function continues when this callback has ended.
    if (runMicrotasks === undefined) return undefined;
    runMicrotasks();
    const ended = endOf(driven, state);
    if (ended !== undefined) return ended;
  }
  return undefined;
}

function endOf({ hasTime, onTimeUp, waits }: Driven, { isOver, thrown }: State): Ended {
  if (!hasTime()) return { thrown: onTimeUp() };
  if (isOver) return { thrown };
  return waits.pending === 0 ? { thrown: { error: new SessionError(STRANGER) } } : undefined;
}

/** Steps the simulation until something is settled that the function waits for, or the time is over. */
function stepUntilNews({ simulation, waits, hasTime }: Driven): void {
  while (!waits.takeNews()) {
    simulation.step();
    if (!hasTime()) return;
    waits.look();
  }
}

/**
 * Calls a function in a callback of the event loop, and resolves when all promises have run after it.
 *
 * Node runs both callbacks in one phase of its event loop, and all microtasks between them.
 */
function inCallback<Result>(within: Within, act: () => Result): Promise<Result> {
  return new Promise((resolve, reject) => {
    let result: Result;
    let isDone = false;
    setImmediate(() => {
      try {
        result = within(act);
        isDone = true;
      } catch (error) {
        reject(error as Error);
      }
    });
    setImmediate(() => isDone && resolve(result));
  });
}
