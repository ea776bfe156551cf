import { step, type Env, type Event, type State, type Step } from "@kontiki/core";
import type { Lease } from "./lease.ts";
import type { Performer } from "./performer.ts";
import type { StepObserver } from "./step-observer.ts";
import type { CommandBytes } from "../storage/storage.ts";
import type { Tracer } from "../trace/trace.ts";

/** What a stepper is made of. */
export type StepperParts = {
  readonly env: Env<CommandBytes>;
  /** The state as it was recovered. */
  readonly state: State;
  readonly performer: Performer;
  readonly lease: Lease | undefined;
  readonly tracer: Tracer | undefined;
  readonly observer: StepObserver | undefined;
};

/** The state of one node, and its steps: each event goes to the pure core, and its effects to the performer. */
export class Stepper {
  readonly env: Env<CommandBytes>;
  readonly #performer: Performer;
  readonly #lease: Lease | undefined;
  readonly #tracer: Tracer | undefined;
  readonly #observer: StepObserver | undefined;
  #state: State;

  constructor({ env, state, performer, lease, tracer, observer }: StepperParts) {
    this.env = env;
    this.#state = state;
    this.#performer = performer;
    this.#lease = lease;
    this.#tracer = tracer;
    this.#observer = observer;
  }

  get state(): State {
    return this.#state;
  }

  /** Whether the node leads, and knows that no other node can until later than `now` (dissertation 6.4.1). */
  holdsLease(now: number): boolean {
    return this.#lease?.holds(this.env, this.#state, now) ?? false;
  }

  /** Handles an event, and what its effects led to. `now`: when the turn began, in ms. */
  step(event: Event<CommandBytes>, now: number): void {
    const performer = this.#performer;
    const before = this.#state;
    const { state, effects } = this.#traced(event);
    this.#state = state;
    this.#observer?.(event, before, state, effects);
    this.#lease?.observe(state, now);
    for (const effect of effects) performer.perform(effect, event);
    const { followUps } = performer;
    // Nearly always there are none, and taking the first of none is a call into V8.
    while (followUps.length > 0) {
      const next = followUps.shift();
      if (next !== undefined) this.step(next, now);
    }
  }

  #traced(event: Event<CommandBytes>): Step<CommandBytes> {
    const before = this.#state;
    if (this.#tracer === undefined) return step(this.env, before, event);
    try {
      const next = step(this.env, before, event);
      this.#tracer.step(event, before, next.state, next.effects);
      return next;
    } catch (error) {
      if (error instanceof Error) this.#tracer.failed(event, error);
      this.#tracer.flush();
      throw error;
    }
  }
}
