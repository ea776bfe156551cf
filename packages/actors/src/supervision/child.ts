import { assert } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import { AfterExit } from "./after-exit.ts";
import type { ActorThread, Posted, Stoppable, ThreadHandlers } from "./actor-thread.ts";
import { causeOf } from "./cause.ts";
import type { ChildHost, LifeReport } from "./child-host.ts";
import { endingOf, type Ending } from "./ending.ts";
import { refusal, type Request } from "./life-refusals.ts";
import {
  isPaused,
  isPausing,
  lifeAsSeen,
  nextLife,
  type ActorLife,
  type Life,
  type LifeEvent,
} from "./life.ts";
import { Restarts } from "./restarts.ts";
import type { RestartType } from "./strategy.ts";

/**
 * One actor over all its lives: starts its thread, notices when it ends, and starts it again. What kind of actor it is, a
 * subclass decides.
 *
 * It only wires: which life follows which is `life.ts`, what is refused in which life is `life-refusals.ts`, what follows
 * when a thread is gone is `after-exit.ts`, when to restart is `restart-policy.ts`, and what else is restarted then is
 * `strategy.ts`.
 */
export abstract class Child<Message extends Posted, C extends Stoppable> {
  readonly name: string;
  readonly #host: ChildHost<ActorThread<Message, C>>;
  readonly #restarts: Restarts;
  readonly #afterExit: AfterExit;
  #life: ActorLife;
  #thread: ActorThread<Message, C> | undefined;
  #ending: Ending | undefined;
  #incarnation = 0;
  #hasBeenReady = false;
  #refuses: string | undefined;

  /** @param why it cannot start; undefined if it can. */
  constructor(name: string, host: ChildHost<ActorThread<Message, C>>, why?: string) {
    this.name = name;
    this.#host = host;
    this.#life = why === undefined ? { type: "stopped" } : { type: "barred", why };
    this.#restarts = new Restarts(host.policy, () => host.onRestartDue());
    this.#afterExit = new AfterExit(host, this.#restarts, {
      on: (event) => this.on(event),
      report: (report) => this.#report(report),
    });
  }

  /** Starts a thread. May throw when none can be started. */
  protected abstract open(
    incarnation: number,
    handlers: ThreadHandlers<Message>,
  ): ActorThread<Message, C>;

  /** The thread takes part from now on. */
  protected abstract onReady(message: Message): void;

  /** The thread has posted something that is not about its life. */
  protected abstract onPosted(message: Message, thread: ActorThread<Message, C>): void;

  /** The thread has ended. Returns what that means beside its cause; undefined if nothing. */
  protected abstract onEnded(): string | undefined;

  /** The thread, while there is one. */
  get thread(): ActorThread<Message, C> | undefined {
    return this.#thread;
  }

  get incarnation(): number {
    return this.#incarnation;
  }

  /** How its last thread has ended, also while that is not gone yet; undefined while a thread may take part. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** How often it was restarted. */
  get restarts(): number {
    return this.#restarts.count;
  }

  /** Whether it is restarted after its end. */
  get restartType(): RestartType {
    return this.#host.restart;
  }

  /** Where it is in its life, as users see it. */
  get life(): Life {
    return lifeAsSeen(this.#life);
  }

  /** The same, with all that was asked of it. */
  get exactLife(): ActorLife {
    return this.#life;
  }

  /** Whether its thread pauses now. */
  get isPaused(): boolean {
    return isPaused(this.#life);
  }

  /** Starts a thread, and forgets all earlier crashes. @throws KontikiError when it cannot be started. */
  start(): void {
    this.#check("start");
    this.#restarts.reset();
    this.#spawn();
  }

  /** Starts the next thread of a child that is restarted. */
  respawn(): void {
    this.#spawn();
  }

  /**
   * Kills the thread without warning; it is restarted as after any crash. One that has crashed by itself and is not gone yet
   * has done so: that crash counts.
   *
   * @param prepare is called before, unless the crash is refused.
   * @throws KontikiError when there is none.
   */
  crash(prepare?: () => void): void {
    this.#check("crash");
    prepare?.();
    this.killOnRequest("killed on request");
  }

  /** Kills the thread, which does not count as a crash of its own. */
  protected killOnRequest(cause: string): void {
    this.on({ type: "crashRequested" });
    this.#thread?.kill(cause);
  }

  /** Pauses the thread. @throws KontikiError if it does not run. */
  pause(): void {
    this.#check("pause");
    if (this.#thread === undefined || isPausing(this.#life)) return;
    this.on({ type: "pauseRequested", number: this.#thread.pause() });
  }

  /** Lets the thread continue. Does nothing to one that is not paused. */
  resume(): void {
    this.on({ type: "resumed" });
    this.#thread?.resume();
  }

  /** Stops the thread gracefully, or kills it after `deadlineMs`. One that is about to restart no longer does. */
  stop(deadlineMs: number): void {
    this.#end({ type: "stopRequested" }, deadlineMs);
  }

  /** Stops the child as `stop` does, and permanently: it refuses later starts and crashes with this reason. */
  close(deadlineMs: number, why: string): void {
    this.#end({ type: "closeRequested", why }, deadlineMs);
  }

  /** Ends the thread as `stop` does, to be restarted by `respawn` along with another child that has crashed. */
  recycle(deadlineMs: number, cause: string): void {
    this.#restarts.cancel();
    const { type } = this.life;
    this.on({ type: "recycleRequested", cause });
    if (this.#life.type === "recycling") this.#endThread(type, deadlineMs);
  }

  /** Ends the thread, and gives the child up with this reason, which it refuses later starts with. */
  giveUp(why: string): void {
    this.#refuses = why;
    this.#restarts.cancel();
    if (this.#thread === undefined) return this.#end({ type: "closeRequested", why }, 0);
    this.on({ type: "foundUnusable", why });
    this.#thread.kill(why);
  }

  /** Refuses starts and crashes from now on, with this reason: the child is about to be closed. */
  refuse(why: string): void {
    this.#refuses = why;
  }

  /** Refuses no longer for this reason. */
  protected relent(why: string): void {
    if (this.#refuses === why) this.#refuses = undefined;
  }

  /** Why it refuses all requests but a stop and a pause; undefined when it does not. */
  protected get refuses(): string | undefined {
    return this.#refuses;
  }

  #check(request: Request): void {
    const own = request === "pause" ? undefined : this.#refuses;
    const why = own ?? refusal(request, this.name, this.#life);
    if (why !== undefined) throw new KontikiError(why);
  }

  protected on(event: LifeEvent): void {
    this.#life = nextLife(this.#life, event);
    this.#host.onLife();
  }

  #spawn(): void {
    this.#incarnation += 1;
    this.#ending = undefined;
    this.#restarts.starting();
    this.on({ type: "spawned" });
    const incarnation = this.#incarnation;
    try {
      const thread = this.open(incarnation, {
        onMessage: (message) => this.#onMessage(thread, message),
        onLetter: (letter) => this.#host.onLetter(letter, incarnation),
        onMailReport: (report) => this.#host.onMailReport(report),
        onDying: (cause) => this.on({ type: "dying", cause }),
        onSilent: (cause) => this.#onSilent(cause),
        onExit: (cause) => this.#onExit(cause),
      });
      this.#thread = thread;
      this.#host.onLife();
    } catch (error) {
      // Node has no descriptors or memory for a thread, or may start none. That is a crash like any other.
      const cause = causeOf(error, this.#host.heapMiB);
      this.#onSilent(cause);
      this.#onExit(cause);
    }
  }

  #end(request: LifeEvent, deadlineMs: number): void {
    this.#restarts.cancel();
    const { type } = this.life;
    this.on(request);
    if (this.#thread !== undefined) this.#endThread(type, deadlineMs);
    else if (type !== this.life.type) this.#report({ type: "stopped" });
  }

  #endThread(type: Life["type"], deadlineMs: number): void {
    if (type === "starting") this.#thread?.kill("stopped while it was starting");
    else this.#thread?.stop(deadlineMs);
  }

  #onMessage(thread: ActorThread<Message, C>, message: Message): void {
    switch (message.type) {
      case "ready":
        this.#hasBeenReady = true;
        // Before it is seen to run: then it can be asked.
        this.#host.onUp(this.#incarnation, thread);
        this.on({ type: "ready" });
        return this.onReady(message);
      case "unusable":
        return this.on({ type: "foundUnusable", why: (message as unknown as Unusable).message });
      case "paused":
        this.on({ type: "pauseBegun", number: (message as unknown as Paused).pause });
        if (this.isPaused) this.#host.onPaused();
        return;
      default:
        this.onPosted(message, thread);
    }
  }

  #onSilent(cause: string | undefined): void {
    this.#ending = endingOf(this.#life, cause);
    this.#host.onDown(this.#incarnation, this.#ending);
  }

  #onExit(cause: string | undefined): void {
    const [thread, ending] = [this.#thread, this.#ending];
    assert(ending !== undefined, "a thread is silent before it is gone");
    this.#thread = undefined;
    const besides = this.onEnded();
    const life = this.#life;
    this.#host.onGone(this.#incarnation, ending, thread);
    this.#afterExit.follow({ life, cause, besides, hasBeenReady: this.#hasBeenReady });
  }

  #report(report: LifeReport): void {
    this.#host.onReport(report, this.#incarnation);
  }
}

type Unusable = { readonly message: string };
type Paused = { readonly pause: number };
