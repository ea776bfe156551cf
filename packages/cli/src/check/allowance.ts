import { type Work } from "@kontiki/testing";
import { MemoryUse } from "./memory-use.ts";

/** The time and the memory that a check may use, from the first byte that it reads. */
export class Allowance {
  /** The limit of memory in bytes. */
  readonly memoryBytes: number;
  readonly #memory: MemoryUse;
  readonly #end: number;

  /** Starts the time. */
  constructor(timeMs: number, memoryBytes: number) {
    this.memoryBytes = memoryBytes;
    this.#memory = new MemoryUse(memoryBytes);
    this.#end = performance.now() + timeMs;
  }

  /** The time in ms that is left; 0 when none is. */
  get timeMs(): number {
    return Math.max(0, this.#end - performance.now());
  }

  /** The memory in bytes that the process holds beyond what it held at first. */
  get usedBytes(): number {
    return this.#memory.bytes;
  }

  /** What is used up; undefined while nothing is. */
  get usedUp(): "time" | "memory" | undefined {
    if (this.timeMs === 0) return "time";
    return this.usedBytes > this.memoryBytes ? "memory" : undefined;
  }

  /** Runs work until it is done, or until time or memory is used up. */
  *within<Result, Progress>(work: Work<Result, Progress>): Work<Result | UsedUp, Progress> {
    for (;;) {
      const next = work.next();
      if (next.done === true) return next.value;
      const why = this.usedUp;
      if (why !== undefined) return new UsedUp(why);
      yield next.value;
    }
  }
}

/** What ended work before it was done. */
export class UsedUp {
  readonly why: "time" | "memory";

  constructor(why: "time" | "memory") {
    this.why = why;
  }
}
