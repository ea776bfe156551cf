import { EventEmitter } from "node:events";
import { checkPlain } from "../bytes/plain-encoder.ts";
import { KontikiError } from "../errors.ts";
import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import type { Letter, OutgoingLetter } from "../mailboxes/letter.ts";
import { TIMER_MS_MAX } from "../supervision/control.ts";
import type { LifeReport } from "../supervision/child-host.ts";
import type { Ending } from "../supervision/ending.ts";
import { Group } from "../supervision/group.ts";
import type { RestartPolicy } from "../supervision/restart-policy.ts";
import type { Strategy } from "../supervision/strategy.ts";
import { Switchboard } from "../supervision/switchboard.ts";
import { ActorChild, type ActorHost } from "./actor-child.ts";
import type { ActorEvent, ActorStatus } from "./actor-event.ts";
import type { SpawnOptions } from "./actor-options.ts";
import type { Down } from "./behavior.ts";
import { Links } from "./links.ts";
import { decodeMessage, encodeMessage, headerOf, SUPERVISOR } from "./message.ts";
import { ProgramMail } from "./program-mail.ts";

/** Heap limit of an actor's thread by default. */
const HEAP_MIB = 256;

const STOPPED = "the system is stopped";

/** What a supervisor of actors is made of. */
export type SupervisorParts = {
  readonly strategy: Strategy;
  readonly policy: RestartPolicy;
  readonly mailbox: MailboxLimits;
  readonly stopMs: number;
};

/** Emitted whenever the life of an actor has changed, and when a thread has ended. */
type Signals = { change: []; down: [Down] };

/** The supervisor of a system of actors: a `Group` of children and a `Switchboard` of their mail, with links and monitors. */
export class ActorSupervisor {
  readonly program: ProgramMail;
  readonly #parts: SupervisorParts;
  readonly #group: Group<ActorChild>;
  readonly #mail: Switchboard;
  readonly #links = new Links();
  readonly #signals = new EventEmitter<Signals>();
  readonly #emit: (event: ActorEvent) => void;
  #isStopped = false;

  constructor(parts: SupervisorParts, emit: (event: ActorEvent) => void) {
    this.#parts = parts;
    this.#emit = emit;
    // Every wait for something adds a listener, and there may be many.
    this.#signals.setMaxListeners(0);
    this.#group = new Group(parts.strategy, parts.stopMs);
    this.#mail = new Switchboard(parts.mailbox, (to, reason, isFirst) => {
      if (isFirst) emit({ type: "deadLetter", to, reason });
    });
    this.#mail.router.attachClient(SUPERVISOR, (letter) => this.#onRequest(letter));
    this.program = new ProgramMail(this.#mail);
  }

  get children(): readonly ActorChild[] {
    return this.#group.children;
  }

  get deadLetters(): ReadonlyMap<string, number> {
    return this.#mail.deadLetters;
  }

  /** @throws KontikiError if there is none of this name. */
  child(name: string): ActorChild {
    const child = this.#group.get(name);
    if (child === undefined) throw new KontikiError(`there is no actor ${name}`);
    return child;
  }

  status(name: string): ActorStatus {
    const child = this.child(name);
    const { life, incarnation, restarts, thread } = child;
    const { letters = 0, bytes = 0 } = thread?.mail.account ?? {};
    return { name, life, incarnation, restarts, mailbox: { letters, bytes } };
  }

  /** Adds an actor and starts it. One that does not start is removed. @throws KontikiError that says why. */
  async spawn(name: string, module: string, options: SpawnOptions): Promise<void> {
    const { args, heapMiB = HEAP_MIB, restart = "permanent" } = options;
    if (this.#isStopped) throw new KontikiError(STOPPED);
    if (this.#group.get(name) !== undefined)
      throw new KontikiError(`there is an actor ${name} already: choose another name`);
    checkPlain(args, "args");
    const spec = { name, module, args, heapMiB };
    const child: ActorChild = new ActorChild(this.#hostOf(spec, restart, () => child));
    this.#mail.router.detachNode(name);
    this.#group.add(child);
    try {
      await this.#startOf(child);
    } catch (error) {
      this.#group.remove(child);
      this.#mail.router.forgetNode(name);
      throw error;
    }
  }

  /** Starts an actor again. @throws KontikiError when it does not start. */
  async start(name: string): Promise<void> {
    await this.#startOf(this.child(name));
  }

  /** Resolves with the end of the present start of an actor. */
  async monitor(name: string): Promise<Down> {
    const { life, incarnation } = this.child(name);
    if (life.type !== "running") return { actor: name, incarnation: 0, cause: notRunning(life) };
    return new Promise((resolve) => {
      const onDown = (down: Down): void => {
        if (down.actor !== name || down.incarnation !== incarnation) return;
        this.#signals.off("down", onDown);
        resolve(down);
      };
      this.#signals.on("down", onDown);
    });
  }

  /** Stops all actors permanently, the last spawned first, within one deadline. */
  async stopAll(deadlineMs: number, killMs: number): Promise<void> {
    this.#isStopped = true;
    for (const child of this.children) child.refuse(STOPPED);
    const until = performance.now() + deadlineMs;
    for (const child of this.children.toReversed()) {
      child.close(Math.max(0, until - performance.now()), STOPPED);
      const isOver = (): boolean => child.thread === undefined;
      const leftMs = Math.max(0, until - performance.now()) + killMs;
      await this.until(
        isOver,
        leftMs,
        () => new KontikiError(`${child.name}: its thread does not end, though it was killed`),
      );
    }
    this.program.close(STOPPED);
  }

  /** Waits until something holds. @throws what `failure` makes when that takes longer than `withinMs`. */
  async until(holds: () => boolean, withinMs: number, failure: () => Error): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#signals.off("change", check);
        settle();
      };
      const check = (): void => {
        if (holds()) end(resolve);
      };
      const timer = setTimeout(
        () => end(() => reject(failure())),
        Math.min(withinMs, TIMER_MS_MAX),
      );
      this.#signals.on("change", check);
    });
  }

  async #startOf(child: ActorChild): Promise<void> {
    child.start();
    await this.until(
      () => child.life.type !== "starting" && child.life.type !== "restarting",
      Infinity,
      () => new KontikiError(`${child.name} does not start`),
    );
    const { life, name } = child;
    if (life.type === "failed") throw new KontikiError(`${name} cannot start: ${life.cause}`);
    if (life.type !== "running")
      throw new KontikiError(`${name} cannot start: it ended before it took messages`);
  }

  #hostOf(
    spec: ActorHost["spec"],
    restart: ActorHost["restart"],
    child: () => ActorChild,
  ): ActorHost {
    const { name, heapMiB } = spec;
    return {
      policy: this.#parts.policy,
      restart,
      heapMiB,
      givesUpFirst: true,
      mail: { loop: this.#mail.loop, limits: this.#parts.mailbox, programBell: undefined },
      spec,
      onReport: (report, incarnation) => this.#onReport(name, report, incarnation),
      onStarted: (incarnation) => this.#emit({ type: "started", actor: name, incarnation }),
      onLife: () => {
        this.#group.advance();
        this.#signals.emit("change");
      },
      onUp: (incarnation, thread) => this.#mail.up(name, incarnation, thread),
      onDown: (incarnation, { cause }) => {
        this.#mail.down(name, incarnation, cause);
        this.program.ended(name, cause);
      },
      onGone: (incarnation, ending, thread) => {
        // Half of them are nowhere but in the memory of the thread that has ended.
        this.#mail.lose(name, "not running", thread?.mail.account.letters ?? 0);
        this.#onGone(name, incarnation, ending);
      },
      onPaused: () => {},
      onCrashed: (decision) => this.#group.onCrashed(child(), decision),
      onRestartDue: () => this.#group.onRestartDue(child()),
      onLetter: (letter, incarnation) => this.#carry(name, incarnation, letter),
      onMailReport: (report) => this.#mail.onMailReport(name, report),
    };
  }

  #onReport(actor: string, report: LifeReport, incarnation: number): void {
    this.#emit({ ...report, actor, incarnation });
    this.#signals.emit("change");
  }

  /**
   * What acts on the end of an actor acts once its thread is gone: who is told then finds it ended, and its crash is the first
   * of those that follow from it.
   */
  #onGone(name: string, incarnation: number, { cause, isNormal }: Ending): void {
    // Links that were made or ended before this end, and by those who may have caused it, count first.
    for (const { life, thread } of this.children) if (life.type === "running") thread?.takeMail();
    const partners = this.#links.take(name);
    this.#signals.emit("down", { actor: name, incarnation, cause });
    if (isNormal || this.#isStopped) return;
    for (const partner of partners)
      this.#group.get(partner)?.kill(`it is linked to ${name}, which ended: ${cause}`);
  }

  /** Who asks what is not delivered is told so, and need not wait for the deadline. */
  #carry(from: string, incarnation: number, letter: OutgoingLetter): void {
    const reason = this.#mail.carry(from, incarnation, letter);
    if (reason === undefined) return;
    const { kind, number } = headerOf(letter.bytes);
    if (kind === "ask") this.#tellGone(from, number, reason);
  }

  #onRequest({ from, incarnation, bytes }: Letter): undefined {
    const child = this.#group.get(from);
    if (child?.incarnation !== incarnation || child.thread === undefined) return;
    const { kind, number, body } = decodeMessage(bytes);
    const name = String(body);
    const { life, ending } = this.#group.get(name) ?? {};
    const why = life?.type === "running" ? undefined : notRunning(life);
    // The obituary of one that has ended and is not gone yet came before.
    const gone = why ?? ending?.cause;
    if (kind === "unlink") this.#links.unlink(from, name);
    else if (kind === "watch" && gone !== undefined) this.#tellGone(from, number, gone);
    else if (kind === "link" && why !== undefined)
      child.kill(`it is linked to ${name}, of which there is no thread: ${why}`);
    else if (kind === "link") this.#links.link(from, name);
  }

  #tellGone(to: string, number: number, why: string): void {
    const bytes = encodeMessage("gone", number, why);
    this.#mail.router.route({ to, from: SUPERVISOR, incarnation: 0, bytes, isUnbounded: true });
  }
}

function notRunning(life: ActorChild["life"] | undefined): string {
  return life === undefined ? "there is no such actor" : `it does not run: it is ${life.type}`;
}
