import type { StateMachine } from "@kontiki/actors";

export type JobCommand =
  /** Puts a job into the queue. Answers false if it was there before. */
  | { readonly type: "enqueue"; readonly job: string }
  /** Leases the first waiting job. Answers with the lease, or null when no job waits. */
  | { readonly type: "take"; readonly now: number; readonly leaseMs: number }
  /** Answers whether this lease did the job, also when it is asked again. */
  | { readonly type: "complete"; readonly job: string; readonly lease: number }
  /** Puts the jobs of leases that are over by `now` back into the queue. Answers with their number. */
  | { readonly type: "expire"; readonly now: number }
  /** How many jobs are not done. */
  | { readonly type: "left" };

export type Lease = { readonly job: string; readonly lease: number; readonly until: number };
export type JobResult = Lease | number | boolean | null;

type State = {
  /** The latest time of all commands. */
  readonly now: number;
  /** The number of the last lease: each gets another one. */
  readonly lease: number;
  readonly waiting: readonly string[];
  readonly leases: readonly Lease[];
  readonly done: readonly Pick<Lease, "job" | "lease">[];
};

const EMPTY: State = { now: 0, lease: 0, waiting: [], leases: [], done: [] };

/** All state is one value that never changes but is replaced, so that a snapshot cannot forget a part of it. */
export class JobQueue implements StateMachine<JobCommand, JobResult> {
  #state: State = EMPTY;

  apply(command: JobCommand): JobResult {
    switch (command.type) {
      case "enqueue":
        return this.#enqueue(command.job);
      case "take":
        return this.#take(this.#later(command.now), command.leaseMs);
      case "complete":
        return this.#complete(command.job, command.lease);
      case "expire":
        return this.#expire(this.#later(command.now));
      case "left":
        return this.query();
    }
  }

  /** The only question is `left`. */
  query(): number {
    return this.#state.waiting.length + this.#state.leases.length;
  }

  snapshot(): unknown {
    return this.#state;
  }

  restore(snapshot: unknown): void {
    this.#state = snapshot as State;
  }

  /** Clients' clocks differ, and commands overtake each other: time must not go back. */
  #later(now: number): State {
    return { ...this.#state, now: Math.max(this.#state.now, now) };
  }

  #enqueue(job: string): boolean {
    const { waiting, leases, done } = this.#state;
    if (waiting.includes(job) || [...leases, ...done].some((one) => one.job === job)) return false;
    this.#state = { ...this.#state, waiting: [...waiting, job] };
    return true;
  }

  #take(state: State, leaseMs: number): Lease | null {
    const [job, ...waiting] = state.waiting;
    this.#state = state;
    if (job === undefined) return null;
    const lease = { job, lease: state.lease + 1, until: state.now + leaseMs };
    this.#state = { ...state, lease: lease.lease, waiting, leases: [...state.leases, lease] };
    return lease;
  }

  #complete(job: string, lease: number): boolean {
    const { leases, done } = this.#state;
    const isIt = (one: Pick<Lease, "job" | "lease">): boolean =>
      one.job === job && one.lease === lease;
    if (done.some(isIt)) return true;
    if (!leases.some(isIt)) return false;
    const left = leases.filter((one) => !isIt(one));
    this.#state = { ...this.#state, leases: left, done: [...done, { job, lease }] };
    return true;
  }

  #expire(state: State): number {
    const over = state.leases.filter(({ until }) => until <= state.now);
    const leases = state.leases.filter(({ until }) => until > state.now);
    this.#state = { ...state, leases, waiting: [...state.waiting, ...over.map(({ job }) => job)] };
    return over.length;
  }
}
