import { KeyValue, type StateMachine } from "@kontiki/actors/node";
import type { Chance } from "./chance.ts";

/** The parts of a realm that tell time and chance. */
type Realm = {
  Date: DateConstructor;
  readonly performance: { now: () => number };
  readonly Math: { random: () => number };
};

/** What puts back what each call under way has replaced, the innermost last. */
const replaced: (() => void)[] = [];

/** How many calls under way have replaced time and chance. */
export function replacedDepth(): number {
  return replaced.length;
}

/** Puts back what was there when so many calls were under way. Of a call that a watchdog ends no `finally` runs. */
export function restoreTo(depth: number): void {
  while (replaced.length > depth) replaced.pop()?.();
}

/**
 * The time and the chance that code under test sees while it is called: `Date`, `performance.now()` and `Math.random()`
 * are those of the run. A machine must not use them. One that does sees a node's own clock, so nodes differ as they would
 * in production, and the same seed shows it again.
 */
export class Surroundings {
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #date: DateConstructor;

  /** @param nowMs time in ms from the start of the run. @param chance gives numbers from 0 up to 1. */
  constructor(nowMs: () => number, chance: Pick<Chance, "next">) {
    this.#now = nowMs;
    this.#random = () => chance.next();
    this.#date = dateOf(() => Math.floor(nowMs()));
  }

  /** Calls with these in place of the real ones. Code that runs later, after an `await`, sees the real ones. */
  during<T>(call: () => T): T {
    const depth = replaced.length;
    this.#replace(globalThis as unknown as Realm);
    try {
      return call();
    } finally {
      restoreTo(depth);
    }
  }

  #replace(realm: Realm): void {
    const { Date: date, performance: clock, Math: math } = realm;
    const { now } = clock;
    const { random } = math;
    const isOwn = Object.hasOwn(clock, "now");
    replaced.push(() => {
      realm.Date = date;
      math.random = random;
      if (isOwn) clock.now = now;
      else Reflect.deleteProperty(clock, "now");
    });
    realm.Date = this.#date;
    clock.now = this.#now;
    math.random = this.#random;
  }

  /** A machine that sees these in all its calls. Kontiki's own machine looks at nothing, so it stays as it is. */
  of(machine: StateMachine): StateMachine {
    if (machine instanceof KeyValue) return machine;
    return {
      apply: (command) => this.during(() => machine.apply(command)),
      snapshot: () => this.during(() => machine.snapshot()),
      restore: (state) => this.during(() => machine.restore(state)),
      ...(machine.query && {
        query: (question: unknown) => this.during(() => machine.query?.(question)),
      }),
      ...(machine.snapshotParts && { snapshotParts: () => this.#partsOf(machine) }),
      ...(machine.restoreParts && {
        restoreParts: (parts: Iterable<unknown>) =>
          this.during(() => machine.restoreParts?.(parts)),
      }),
    };
  }

  /** It is not a generator, because a generator would not pass on a `return` before the first part. */
  #partsOf(machine: StateMachine): IterableIterator<unknown> {
    const parts = this.during(() => machine.snapshotParts?.() ?? []);
    const iterator = this.during(() => parts[Symbol.iterator]());
    return {
      [Symbol.iterator]() {
        return this;
      },
      next: () => this.during(() => iterator.next()),
      return: (value?: unknown) =>
        this.during(() => iterator.return?.(value)) ?? { done: true, value },
    };
  }
}

/** A `Date` whose present is given, in whole ms since 1970. What it makes are real dates. */
function dateOf(now: () => number): DateConstructor {
  const real = (globalThis as unknown as Realm).Date;
  return new Proxy(real, {
    apply: () => new real(now()).toString(),
    construct: (target, given: unknown[], asked) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, asked) as object,
    get: (target, name) => (name === "now" ? now : (Reflect.get(target, name) as unknown)),
  });
}
