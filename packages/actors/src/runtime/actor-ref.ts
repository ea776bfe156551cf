import { checkArgument } from "../options/argument.ts";
import { countArguments } from "../options/argument-count.ts";
import { patience } from "../options/rules.ts";
import { checkOptions } from "../options/schema.ts";
import type { ActorStatus } from "./actor-event.ts";
import { ASK_OPTIONS } from "./actor-options.ts";
import type { AskOptions, Down } from "./behavior.ts";
import { ASK_MS } from "./cell.ts";

/** What a reference needs of its system. */
export type RefHost = {
  readonly tell: (to: string, message: unknown) => void;
  readonly ask: (to: string, message: unknown, deadlineMs: number) => Promise<unknown>;
  readonly monitor: (name: string) => Promise<Down>;
  readonly status: (name: string) => ActorStatus;
  readonly start: (name: string) => Promise<void>;
  readonly crash: (name: string) => void;
  readonly stop: (name: string, deadlineMs: number | undefined) => Promise<void>;
};

/** An actor, as the program refers to it: a name, over all starts of its thread. */
export class ActorRef {
  /** Its name. */
  readonly name: string;
  readonly #host: RefHost;

  static {
    countArguments<ActorRef>(
      ActorRef.prototype,
      { where: "ActorRef" },
      {
        rejects: { ask: 2, monitor: 0, start: 0, stop: 1 },
        throws: { status: 0, tell: 1, crash: 0 },
      },
    );
  }

  /**
   * References come from `spawn` and `actor` of a system.
   *
   * @hidden
   */
  constructor(name: string, host: RefHost) {
    this.name = name;
    this.#host = host;
  }

  /** Where it is in its life, and what is in its mailbox. */
  status(): ActorStatus {
    return this.#host.status(this.name);
  }

  /**
   * Sends a message, and does not wait. What cannot be delivered is a dead letter.
   *
   * @param message plain data.
   * @throws TypeError when it is not plain data.
   */
  tell(message: unknown): void {
    this.#host.tell(this.name, message);
  }

  /**
   * Sends a message and waits for the answer.
   *
   * @param message plain data.
   * @throws AskError when there is no answer: it was not delivered, the deadline has passed, or the actor has ended.
   */
  async ask(message: unknown, options: AskOptions = {}): Promise<unknown> {
    checkOptions("ActorRef.ask", ASK_OPTIONS, options);
    return this.#host.ask(this.name, message, options.deadlineMs ?? ASK_MS);
  }

  /** Resolves when the present start of the actor ends, with the cause; at once, if it does not run. */
  async monitor(): Promise<Down> {
    return this.#host.monitor(this.name);
  }

  /** Starts it again after it was stopped, has completed, or was given up. @throws KontikiError when it cannot be started. */
  async start(): Promise<void> {
    await this.#host.start(this.name);
  }

  /**
   * Kills its thread without warning: a crash that does not count. The thread ends soon after the call, and may handle messages
   * until then: `monitor`, called before, resolves when it is gone.
   *
   * @throws KontikiError when it does not run.
   */
  crash(): void {
    this.#host.crash(this.name);
  }

  /**
   * Ends it gracefully, after its present message. It is not restarted before `start`.
   *
   * @param deadlineMs how long that may take before it is killed; by default the `stopMs` of its system.
   */
  async stop(deadlineMs?: number): Promise<void> {
    if (deadlineMs !== undefined)
      checkArgument("ActorRef.stop", "deadlineMs", patience, deadlineMs);
    await this.#host.stop(this.name, deadlineMs);
  }
}
