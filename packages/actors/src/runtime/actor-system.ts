import { EventEmitter } from "node:events";
import { KontikiError } from "../errors.ts";
import { callerUrl, moduleUrl } from "../machine/machine-url.ts";
import { MAILBOX_DEFAULTS } from "../mailboxes/router.ts";
import { checkArgument } from "../options/argument.ts";
import { countArguments } from "../options/argument-count.ts";
import { patience } from "../options/rules.ts";
import { checkOptions } from "../options/schema.ts";
import { RESTART_DEFAULTS } from "../supervision/restart-policy.ts";
import type { ActorEvent, ActorStatus } from "./actor-event.ts";
import {
  actorName,
  filled,
  someActor,
  SPAWN_OPTIONS,
  SYSTEM_OPTIONS,
  type ActorSystemOptions,
  type SpawnOptions,
} from "./actor-options.ts";
import { ActorRef, type RefHost } from "./actor-ref.ts";
import { ActorSupervisor } from "./actor-supervisor.ts";
import type { Down } from "./behavior.ts";

/** What {@link ActorSystem.events} emits. */
export type ActorSystemEvents = {
  /** Something happened to an actor, or a message was lost. */
  event: [ActorEvent];
};

/** How long an actor may take to end gracefully by default, in ms. */
const STOP_MS = 5_000;

/** How long a thread may take to end after it was killed, in ms. */
const KILL_MS = 5_000;

/**
 * Actors under one supervisor, each in a worker thread. The supervisor is in the thread of the program: while that is
 * blocked, actors run and talk to each other, and those that crash wait for their restart.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@kontiki/actors/runtime";
 *
 * const counter = `export default () => {
 *   let count = 0;
 *   return { receive: (by) => (count += by) };
 * };`;
 *
 * const system = new ActorSystem();
 * const actor = await system.spawn("counter", new URL(`data:text/javascript,${encodeURIComponent(counter)}`));
 * actor.tell(2);
 * console.log(await actor.ask(40)); // 42
 * await system.stop();
 * ```
 */
export class ActorSystem {
  /** Emits what happens. */
  readonly events = new EventEmitter<ActorSystemEvents>();
  readonly #supervisor: ActorSupervisor;
  readonly #stopMs: number;
  readonly #refs: RefHost;

  static {
    countArguments<ActorSystem>(
      ActorSystem.prototype,
      { where: "ActorSystem" },
      { rejects: { spawn: 3, stop: 1 }, throws: { actors: 0, actor: 1 } },
    );
  }

  /** Makes a system without actors. @throws KontikiError for options that are wrong. */
  constructor(options: ActorSystemOptions = {}) {
    checkOptions("ActorSystem", SYSTEM_OPTIONS, options);
    const { strategy = "one-for-one", stopMs = STOP_MS } = options;
    const policy = filled(RESTART_DEFAULTS, options.restarts);
    const mailbox = filled(MAILBOX_DEFAULTS, options.mailbox);
    this.#stopMs = stopMs;
    this.#supervisor = new ActorSupervisor({ strategy, policy, mailbox, stopMs }, (event) =>
      this.events.emit("event", event),
    );
    this.#refs = this.#refHost();
  }

  /** How many messages could not be delivered, by address and reason: `counter: mailbox full`. */
  get deadLetters(): ReadonlyMap<string, number> {
    return this.#supervisor.deadLetters;
  }

  /** All actors, in the order in which they were spawned. */
  actors(): readonly ActorStatus[] {
    return this.#supervisor.children.map(({ name }) => this.#supervisor.status(name));
  }

  /** A reference to an actor. @throws KontikiError if there is none of this name. */
  actor(name: string): ActorRef {
    checkArgument("ActorSystem.actor", "name", someActor, name);
    this.#supervisor.child(name);
    return new ActorRef(name, this.#refs);
  }

  /**
   * Starts an actor in a thread of its own, after all that were spawned before it.
   *
   * @param module whose default export makes its behavior: a URL, or a path that starts from the calling file. JavaScript, or
   *   TypeScript that needs only type stripping.
   * @returns when it takes messages.
   * @throws KontikiError when it does not start: then there is no such actor.
   */
  async spawn(name: string, module: string | URL, options: SpawnOptions = {}): Promise<ActorRef> {
    checkArgument("ActorSystem.spawn", "name", actorName, name);
    const url = moduleUrl(module, callerUrl(), "ActorSystem.spawn: module");
    checkOptions("ActorSystem.spawn", SPAWN_OPTIONS, options);
    await this.#supervisor.spawn(name, url, options);
    return new ActorRef(name, this.#refs);
  }

  /**
   * Ends all actors gracefully, the last spawned first, and permanently.
   *
   * @param deadlineMs how long that may take for all together, before those that are left are killed; by default `stopMs`.
   * @throws KontikiError when a thread does not even end when it is killed.
   */
  async stop(deadlineMs: number = this.#stopMs): Promise<void> {
    checkArgument("ActorSystem.stop", "deadlineMs", patience, deadlineMs);
    await this.#supervisor.stopAll(deadlineMs, KILL_MS);
  }

  #refHost(): RefHost {
    const supervisor = this.#supervisor;
    return {
      tell: (to, message) => supervisor.program.tell(to, message),
      ask: (to, message, deadlineMs) => supervisor.program.ask(to, message, deadlineMs),
      monitor: async (name): Promise<Down> => supervisor.monitor(name),
      status: (name) => supervisor.status(name),
      start: async (name) => supervisor.start(name),
      crash: (name) => supervisor.child(name).crash(),
      stop: async (name, deadlineMs = this.#stopMs) => {
        const child = supervisor.child(name);
        child.stop(deadlineMs);
        await supervisor.until(
          () => child.thread === undefined,
          deadlineMs + KILL_MS,
          () => new KontikiError(`${name}: its thread does not end, though it was killed`),
        );
      },
    };
  }
}
