import {
  countArguments,
  oneOf,
  shown,
  surplus,
  type Outcome,
  type Schema,
  KEPTS,
} from "@kontiki/actors/node";
import { copyPlain, unaskable } from "../history/plain.ts";
import type { FaultAction, Kept } from "../scenario/fault.ts";
import type { Duration } from "../scenario/written/values.ts";
import type { Happening, Observer } from "../engine/observer.ts";
import type { Simulation } from "../runs/simulation.ts";
import type { Recording } from "./recording.ts";
import {
  checkGiven,
  givenFault,
  givenLimit,
  givenMet,
  givenMs,
  type SessionWaitOptions,
} from "./given.ts";
import { SessionError } from "./session-error.ts";
import { pointedTo, userPlace } from "./user-stack.ts";
import type { Waits } from "./waits.ts";

/** A fault in force. It ends at the latest when the faults of the run end. */
export type Ongoing = {
  /** Ends the fault now. */
  end(): void;
};

/** How a process ends. */
export type CrashOptions = {
  /** It also loses power, and its disk keeps only this part of the unsynced data. Default: power stays on. */
  readonly kept?: Kept;
};

const CRASH_OPTIONS: Schema<CrashOptions> = { kept: oneOf(...KEPTS) };

/** Default time limit of a wait, in ms of the run. */
const WAIT_MS = 10_000;

/**
 * The simulated cluster, as a scenario function sees it: the function sends operations, causes faults and waits, all in
 * virtual time.
 *
 * The function must await only promises from this object. Any other promise takes real time, which the simulation does
 * not control, so each run would be different.
 */
export class Session<Command = unknown, Result = unknown> {
  readonly #simulation: Simulation;
  readonly #waits: Waits;
  readonly #recording: Recording;

  static {
    const named = { where: "sim", error: SessionError };
    countArguments<Session>(Session.prototype, named, {
      rejects: {
        sleep: 1,
        until: 3,
        elected: 1,
        converged: 1,
        propose: { needs: "command", most: 1 },
        read: { needs: "question", most: 1 },
      },
      throws: {
        leader: 0,
        fault: 1,
        crash: 2,
        stop: 1,
        pause: 1,
        partition: Infinity,
        isolate: 1,
      },
    });
  }

  /**
   * Only `runSession` creates sessions.
   *
   * @hidden
   */
  constructor(simulation: Simulation, waits: Waits, recording: Recording) {
    this.#simulation = simulation;
    this.#waits = waits;
    this.#recording = recording;
  }

  /** Virtual time since the start of the run, in ms. */
  get now(): number {
    return this.#simulation.now;
  }

  /** The names of all nodes, including those that are down. */
  get nodes(): readonly string[] {
    return this.#simulation.world.nodes;
  }

  /** The running node that leads the latest term; undefined when there is none. */
  leader(): string | undefined {
    return this.#simulation.world.leader();
  }

  /** Waits for this much virtual time: ms, or a text such as "1.5s". @throws SessionError for anything else. */
  sleep(time: Duration): Promise<void> {
    const ms = givenMs("sleep", time);
    return this.#waits.promise((resolve) => {
      this.#simulation.world.timeline.after(ms, () => resolve());
    });
  }

  /**
   * Waits until a condition holds. The condition is evaluated after each event, and must not change anything.
   *
   * @param what names the condition in the error.
   * @throws SessionError when it does not hold within `timeoutMs` of virtual time (default: 10 seconds), or returns a
   *   promise.
   */
  until(what: string, isMet: () => boolean, options: SessionWaitOptions = {}): Promise<void> {
    if (typeof isMet !== "function")
      throw new SessionError(
        `sim.until: isMet is ${shown(isMet)}: give what it waits for, and a function that looks, such as sim.until("a leader", () => ...)`,
      );
    return this.#until(what, isMet, givenLimit("sim.until", options, WAIT_MS));
  }

  #until(what: string, isMet: () => boolean, limit: number): Promise<void> {
    const holds = (): boolean => givenMet(what, isMet());
    if (holds()) return Promise.resolve();
    const { timeline } = this.#simulation.world;
    const place = userPlace();
    return this.#waits.promise((resolve, reject) => {
      const callOff = this.#waits.when(
        holds,
        () => {
          forget();
          resolve();
        },
        (error) => {
          forget();
          reject(error);
        },
      );
      const forget = timeline.after(limit, () => {
        callOff();
        const text = `${what}: not within ${limit} ms, at ${this.now} ms of the run`;
        reject(pointedTo(new SessionError(text), place));
      });
    });
  }

  /** Waits for a leader and returns its name. @throws SessionError when no node leads in time. */
  async elected(options: SessionWaitOptions = {}): Promise<string> {
    const limit = givenLimit("sim.elected", options, WAIT_MS);
    await this.#until("a leader", () => this.leader() !== undefined, limit);
    return this.leader() ?? "";
  }

  /** Waits until all members run and have applied the same log. @throws SessionError when they do not in time. */
  async converged(options: SessionWaitOptions = {}): Promise<void> {
    const limit = givenLimit("sim.converged", options, WAIT_MS);
    await this.#until("all nodes agree", () => this.#simulation.world.hasSettled, limit);
  }

  /**
   * Proposes a command, to be applied exactly once. The promise never rejects: the outcome says how the proposal ended.
   *
   * @throws SessionError for a command that is not plain data, or too large.
   */
  propose(command: Command): Promise<Outcome<Result>> {
    return this.#ask(command, false);
  }

  /**
   * Asks the state machine a question, without a log entry unless the workload of the scenario says otherwise. The
   * promise never rejects.
   *
   * @throws SessionError for a question that is not plain data, or too large.
   */
  read(question: Command): Promise<Outcome<Result>> {
    return this.#ask(question, true);
  }

  /**
   * Begins a fault of any kind now.
   *
   * @throws SessionError for an invalid fault, when no node fits it, and when the cluster could not survive it.
   */
  fault(given: FaultAction): Ongoing {
    const action = givenFault(given);
    const { nemesis, isRunning } = this.#simulation;
    if (!isRunning) throw new SessionError(`no ${action.type}: the faults of the run have ended`);
    const fault = this.#recording.fault(this.now, action);
    let skipped: string | undefined;
    const unwatch = this.#simulation.watch({
      onStep: () => {},
      onHappening: (happening: Happening) => {
        if (happening.type === "faultSkipped" && happening.fault === fault)
          skipped = happening.reason;
      },
    } satisfies Observer);
    const end = nemesis.perform(fault);
    unwatch();
    if (skipped !== undefined)
      throw new SessionError(`no ${action.type} at ${this.now} ms: ${skipped}`);
    return {
      end: (...more: readonly unknown[]) => {
        const wrong = surplus("end", 0, more);
        if (wrong !== undefined) throw new SessionError(wrong);
        end();
        this.#recording.faultEnded(fault, this.now);
      },
    };
  }

  /** Crashes a node until the fault ends. With `kept`, it also loses power and keeps only this part of the unsynced data. */
  crash(node: string, options: CrashOptions = {}): Ongoing {
    checkGiven("sim.crash", CRASH_OPTIONS, options);
    const { kept } = options;
    const power = kept === undefined ? {} : { kept };
    return this.fault({ type: "crash", node: this.#known(node), downMs: this.#rest, ...power });
  }

  /** Stops a node gracefully until the fault ends. */
  stop(node: string): Ongoing {
    return this.fault({ type: "stop", node: this.#known(node), downMs: this.#rest });
  }

  /** Pauses a node's process until the fault ends. */
  pause(node: string): Ongoing {
    return this.fault({ type: "pause", node: this.#known(node) });
  }

  /** Cuts all links between groups until the fault ends. A node in no group is isolated. */
  partition(...groups: readonly (readonly string[])[]): Ongoing {
    const named = groups.map((group) => this.#knownIn(group));
    return this.fault({ type: "partition", shape: "groups", groups: named });
  }

  /** Cuts all links of a node until the fault ends. */
  isolate(node: string): Ongoing {
    return this.fault({ type: "partition", shape: "isolate", node: this.#known(node) });
  }

  /** Long enough to last until the end of the run, in ms. */
  get #rest(): number {
    return Math.ceil(this.#simulation.plan.scenario.durationMs);
  }

  #known(node: string): string {
    if (this.nodes.includes(node)) return node;
    const named = typeof node === "string" ? node : shown(node);
    throw new SessionError(`there is no node ${named}: there are ${this.nodes.join(", ")}`);
  }

  #knownIn(group: readonly string[]): readonly string[] {
    if (Array.isArray(group)) return group.map((node: string) => this.#known(node));
    throw new SessionError(`sim.partition: a group is ${shown(group)}: give a list of nodes`);
  }

  #ask(command: Command, read: boolean): Promise<Outcome<Result>> {
    const wrong = unaskable(command);
    if (wrong !== undefined)
      throw new SessionError(`${read ? "read" : "propose"} was given ${wrong.what}: ${wrong.give}`);
    // The function may use its object again, and may change an answer: what is remembered are copies.
    const operation = this.#recording.operation(this.now, copyPlain(command), read);
    return this.#waits.promise((resolve) => {
      this.#simulation.clients.ask(operation, (outcome) => {
        this.#recording.ended(operation);
        const own = outcome.type === "ok" ? { value: copyPlain(outcome.value) } : {};
        resolve({ ...outcome, ...own } as Outcome<Result>);
      });
    });
  }
}
