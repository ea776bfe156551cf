import { makeHistory, type Call, type History, type Operation } from "@kontiki/testing";
import type { Session } from "@kontiki/testing/vitest";
import type { LockCommand, LockResult } from "./lock-service.ts";

const LOCK = "the-lock";

/** One lock of the service, and a history of what its clients asked and heard, in the words of the checker's lock model. */
export class RecordedLock {
  readonly #sim: Session<LockCommand, LockResult>;
  readonly #operations: Operation[] = [];

  constructor(sim: Session<LockCommand, LockResult>) {
    this.#sim = sim;
  }

  get history(): History {
    return makeHistory(this.#operations, { unit: "ms" });
  }

  async keepAlive(session: string, ttlMs: number): Promise<void> {
    await this.#sim.propose({ type: "keepAlive", session, now: this.#sim.now, ttlMs });
  }

  /** The fencing token; undefined when the lock was not got. */
  async acquire(session: string): Promise<number | undefined> {
    const token = await this.#ask(session, "acquire", { type: "acquire", lock: LOCK, session });
    return typeof token === "number" ? token : undefined;
  }

  async release(session: string): Promise<void> {
    await this.#ask(session, "release", { type: "release", lock: LOCK, session });
  }

  /** The end of a session gives its locks back: to the model that is a release by its client. */
  async expire(session: string): Promise<void> {
    await this.#ask(session, "release", { type: "expire", session, now: this.#sim.now });
  }

  async #ask(
    session: string,
    f: "acquire" | "release",
    command: LockCommand,
  ): Promise<LockResult | undefined> {
    const input: Call = { f, value: session };
    const asked = { process: session, call: this.#sim.now, input };
    const outcome = await this.#sim.propose(command);
    if (outcome.type === "unknown") this.#operations.push({ ...asked, status: "open" });
    if (outcome.type !== "ok") return undefined;
    const { value } = outcome;
    const output = typeof value === "object" ? value.includes(LOCK) : value !== false;
    this.#operations.push({ ...asked, status: "ok", return: this.#sim.now, output });
    return value;
  }
}
