import type { Outcome } from "@kontiki/actors/node";
import { nodeId } from "@kontiki/core";
import { unplain } from "../history/plain.ts";
import type { FaultAction, Kept } from "../scenario/fault.ts";
import type { Duration } from "../scenario/written/values.ts";
import type { Happening, Observer } from "../engine/observer.ts";
import type { Simulation } from "../runs/simulate.ts";
import type { Recording } from "./recording.ts";
import { givenFault, givenMet, givenMs } from "./given.ts";
import { SessionError } from "./session-error.ts";
import type { Waits } from "./waits.ts";

/** A fault that was begun, and ends by itself when the faults of the run do. */
export type Ongoing = {
  /** Ends it before. */
  end(): void;
};

/** How long something is waited for, in ms of the run. */
const WAIT_MS = 10_000;

/**
 * A simulated cluster as a scenario function has it: it asks, breaks things and waits, all in virtual time.
 *
 * The function may wait only for what this gives it. Whatever else it waits for takes real time, of which the simulation
 * knows nothing, so that a run would be another one each time.
 */
export class Session<Command = unknown, Result = unknown> {
  readonly #simulation: Simulation;
  readonly #waits: Waits;
  readonly #recording: Recording;

  /**
   * Made by `runSession`.
   *
   * @hidden
   */
  constructor(simulation: Simulation, waits: Waits, recording: Recording) {
    this.#simulation = simulation;
    this.#waits = waits;
    this.#recording = recording;
  }

  /** In ms from the start of the run. */
  get now(): number {
    return this.#simulation.now;
  }

  /** The names of all nodes, down or not. */
  get nodes(): readonly string[] {
    return this.#simulation.world.nodes;
  }

  /** The running node that leads the latest term, undefined while none does. */
  leader(): string | undefined {
    return this.#simulation.world.leader();
  }

  /** Lets so much time of the run pass: ms, or a text such as "1.5s". @throws SessionError for what is no time. */
  sleep(time: Duration): Promise<void> {
    const ms = givenMs("sleep", time);
    return this.#waits.promise((resolve) => {
      this.#simulation.world.timeline.after(ms, () => resolve());
    });
  }

  /**
   * Waits until a condition holds. It is asked after each event, and must change nothing.
   *
   * @param what what is waited for, for the error.
   * @throws SessionError when it does not within `timeoutMs` of the run, 10 seconds if not given, and for a condition that
   *   gives a promise.
   */
  until(what: string, isMet: () => boolean, { timeoutMs = WAIT_MS } = {}): Promise<void> {
    const limit = givenMs("timeoutMs", timeoutMs);
    const holds = (): boolean => givenMet(what, isMet());
    if (holds()) return Promise.resolve();
    const { timeline } = this.#simulation.world;
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
        reject(new SessionError(`${what}: not within ${limit} ms, at ${this.now} ms of the run`));
      });
    });
  }

  /** Waits until a node leads. Gives its name. @throws SessionError when none does in time. */
  async elected({ timeoutMs = WAIT_MS } = {}): Promise<string> {
    await this.until("a leader", () => this.leader() !== undefined, { timeoutMs });
    return this.leader() ?? "";
  }

  /** Waits until all members run, agree and have applied the same. @throws SessionError when they do not in time. */
  converged({ timeoutMs = WAIT_MS } = {}): Promise<void> {
    return this.until("all nodes agree", () => this.#simulation.world.hasSettled, { timeoutMs });
  }

  /**
   * Has a command applied, exactly once. Never rejects: the outcome says how it ended.
   *
   * @throws SessionError for a command that is not plain data.
   */
  propose(command: Command): Promise<Outcome<Result>> {
    return this.#ask(command, false);
  }

  /**
   * Asks the state machine a question, beside the log unless the scenario's workload says otherwise. Never rejects.
   *
   * @throws SessionError for a question that is not plain data.
   */
  read(question: Command): Promise<Outcome<Result>> {
    return this.#ask(question, true);
  }

  /**
   * Begins a fault of any kind now.
   *
   * @throws SessionError for what is no fault, and when it cannot be: there is nobody to do it to, or it would take more than a cluster can survive.
   */
  fault(given: FaultAction): Ongoing {
    const action = givenFault(given);
    const { nemesis } = this.#simulation;
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
      end: () => {
        end();
        this.#recording.faultEnded(fault, this.now);
      },
    };
  }

  /** Ends a node's process, until the fault is ended. `kept`: power is lost as well, and this is left of what was not synced. */
  crash(node: string, { kept }: { readonly kept?: Kept } = {}): Ongoing {
    const power = kept === undefined ? {} : { kept };
    return this.fault({ type: "crash", node: this.#known(node), downMs: this.#rest, ...power });
  }

  /** Stops a node in order, until the fault is ended. */
  stop(node: string): Ongoing {
    return this.fault({ type: "stop", node: this.#known(node), downMs: this.#rest });
  }

  /** A node's process stands still, until the fault is ended. */
  pause(node: string): Ongoing {
    return this.fault({ type: "pause", node: this.#known(node) });
  }

  /** Only nodes of one group hear each other, until the fault is ended. Those in no group are alone. */
  partition(...groups: readonly (readonly string[])[]): Ongoing {
    const named = groups.map((group) => group.map((node) => this.#known(node)));
    return this.fault({ type: "partition", shape: "groups", groups: named });
  }

  /** Nobody hears a node, nor does it hear anybody, until the fault is ended. */
  isolate(node: string): Ongoing {
    return this.fault({ type: "partition", shape: "isolate", node: this.#known(node) });
  }

  /** Until the end of the run. */
  get #rest(): number {
    return Math.ceil(this.#simulation.plan.scenario.durationMs);
  }

  #known(node: string): string {
    if (this.#simulation.world.nodes.includes(nodeId(node))) return node;
    throw new SessionError(`there is no node ${node}: there are ${this.nodes.join(", ")}`);
  }

  #ask(command: Command, read: boolean): Promise<Outcome<Result>> {
    const what = unplain(command);
    if (what !== undefined)
      throw new SessionError(
        `${read ? "read" : "propose"} was given ${what}, which is not plain data`,
      );
    const operation = this.#recording.operation(this.now, command, read);
    return this.#waits.promise((resolve) => {
      this.#simulation.clients.ask(operation, (outcome) => {
        this.#recording.ended(operation);
        resolve(outcome as Outcome<Result>);
      });
    });
  }
}
