import {
  callable,
  checkArgument,
  checkOptions,
  flag,
  listOf,
  oneOf,
  type MakeStateMachine,
  type Schema,
} from "@kontiki/actors/node";
import { Chance, Streams } from "../chance.ts";
import { claimsOf, type Claims } from "../claims/claims-of.ts";
import { givenSpecificationOrNone, type Specification } from "../check/models/specification.ts";
import { THROWS, type Invariant, type Throws } from "../scenario/parts.ts";
import { Nemesis } from "../nemesis/nemesis.ts";
import { Counters } from "../run/counters.ts";
import { givenPlan } from "../plan/given-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { RecoveryWatch } from "../run/recovery-watch.ts";
import type { RunResult, Violation } from "../run/result.ts";
import { Violations } from "../run/violations.ts";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";
import { MachineCalls } from "../simulation/machine-calls.ts";
import { SimClients } from "../simulation/sim-clients.ts";
import { TraceHash } from "../simulation/trace-hash.ts";
import { VirtualTimeline } from "../simulation/virtual-timeline.ts";
import { World } from "../simulation/world.ts";
import { Surroundings } from "../surroundings.ts";
import { makerOf } from "./machine-maker.ts";
import { reportFailure } from "./node-failure.ts";

/** Options of a run that are not part of its plan. */
export type SimulateOptions = {
  /** Makes the state machine of each node. Default: the key-value machine. */
  readonly machine?: MakeStateMachine;
  /** What that machine promises to clients; undefined when it has no model, "none" when it needs none. */
  readonly specification?: Specification | "none" | undefined;
  /** What must hold of each machine at all times. */
  readonly invariant?: Invariant;
  /** What errors of the machine mean. Default: fail. */
  readonly throws?: Throws;
  /** Observers in addition to the checks. Each sees every event, and may read the time and the nodes. */
  readonly observers?: readonly ((simulation: Simulation) => Observer)[];
  /** Whether a run ends with its first violation. Default: true. */
  readonly stopAtFirst?: boolean;
};

export const SIMULATE_OPTIONS: Schema<SimulateOptions> = {
  machine: callable(" that makes a state machine"),
  specification: givenSpecificationOrNone,
  invariant: callable(" that looks at a machine"),
  throws: oneOf(...THROWS),
  observers: listOf(callable(" that makes an observer"), "a list of functions that make observers"),
  stopAtFirst: flag,
};

/** How often the run checks whether a healed cluster is live again, in ms. */
const LOOK_MS = 10;

/** A run of a plan, event by event. */
export class Simulation {
  /** The plan of the run. */
  readonly plan: Plan;
  /** Its nodes and network. @hidden */
  readonly world: World;
  /** Its clients. @hidden */
  readonly clients: SimClients;
  /** Carries out its faults. @hidden */
  readonly nemesis: Nemesis;
  /** What happened so far. @hidden */
  readonly counters = new Counters();
  readonly #options: SimulateOptions;
  readonly #timeline = new VirtualTimeline();
  readonly #calls = new MachineCalls();
  readonly #hash = new TraceHash(() => this.now);
  readonly #claims: Claims;
  readonly #recoveries: RecoveryWatch;
  #observers: readonly Observer[];
  readonly #violations = new Violations(() => this.now);
  #phase: "running" | "settling" | "over" | "reopened" = "running";
  #hasSettled = false;
  #untilMs: number;

  /** Begins the run: all nodes start. @throws KontikiError when `machine` does not make a new machine at each call. */
  constructor(plan: Plan, options: SimulateOptions = {}) {
    checkArgument("Simulation", "plan", givenPlan, plan);
    checkOptions("Simulation", SIMULATE_OPTIONS, options);
    this.plan = plan;
    this.#options = options;
    this.#untilMs = plan.scenario.durationMs;
    const { counters } = this;
    const streams = plan.edits?.some(({ type }) => type === "seed") ? new Streams() : undefined;
    const chance = new Chance(plan.seed, streams);
    const machine = makerOf(options.machine);
    const onHappening = this.#onHappening.bind(this);
    this.world = new World({
      plan,
      timeline: this.#timeline,
      chance: chance.fork("world"),
      counters,
      machine,
      rules: { invariant: options.invariant, throws: options.throws ?? "fail" },
      calls: this.#calls,
      onStep: this.#onStep.bind(this),
      onHappening,
      onFailure: (node, error) => reportFailure(node, error, this.#violations),
      onUndeliverable: (letter, isFull) =>
        this.clients.all
          .find(({ address }) => address === letter.from)
          ?.undeliverable(letter, isFull),
      onDeath: (node) => this.clients.all.forEach((client) => client.nodeDied(node)),
      onNodes: () => this.clients.all.forEach((client) => client.nodesAre(this.world.nodes)),
    });
    this.clients = this.#makeClients();
    this.nemesis = new Nemesis({
      target: this.world,
      cluster: plan.scenario.cluster,
      chance: chance.fork("faults"),
      counters,
      report: onHappening,
    });
    const around = new Surroundings(() => this.now, chance.fork("claims"));
    this.#claims = claimsOf(plan, {
      now: () => this.now,
      counters,
      machine: () => around.of(around.during(machine)),
      ...("specification" in options && { specification: options.specification }),
    })(this.#violations.report);
    this.#recoveries = new RecoveryWatch(() => this.now);
    this.#observers = (options.observers ?? []).map((observer) => observer(this));
    this.#begin();
    for (const edit of plan.edits ?? [])
      if (edit.type === "seed") this.#timeline.after(edit.at, () => streams?.reseed(edit.seed));
  }

  /** In ms from the start of the run. */
  get now(): number {
    return this.#timeline.now;
  }

  /** Whether nothing more happens. */
  get isOver(): boolean {
    return this.#phase === "over";
  }

  /** Whether faults are still to come: the cluster has not been healed yet. */
  get isRunning(): boolean {
    return this.#phase === "running";
  }

  /** Deliveries, timers and disk completions so far. */
  get events(): number {
    return this.#timeline.happened;
  }

  /** The call of a state machine that has not returned, in a few words; undefined when there is none. */
  get callInProgress(): string | undefined {
    return this.#calls.text;
  }

  /** The violations found so far. */
  get violations(): readonly Violation[] {
    return this.#violations.all;
  }

  /** Adds an observer from now on. Returns a function that removes it. */
  watch(observer: Observer): () => void {
    this.#observers = [...this.#observers, observer];
    return () => {
      this.#observers = this.#observers.filter((other) => other !== observer);
    };
  }

  /** Runs the next event. False once the run is over. */
  step(): boolean {
    if (this.#phase === "over") return false;
    if (this.violations.length > 0 && this.#options.stopAtFirst !== false) this.#phase = "over";
    else if (!this.#timeline.step(this.#untilMs)) this.#nextPhase();
    return !this.isOver;
  }

  /** Records a violation. */
  report({ check, text }: Pick<Violation, "check" | "text">): void {
    this.#violations.report({ check, text });
  }

  /** The result of the run. Call it once, when the run is over. */
  result(): RunResult {
    const { doubts, coverage, history } = this.#claims.finish();
    return {
      verdict: this.#violations.verdict(doubts),
      violations: this.violations,
      doubts,
      hash: this.#hash.digest(),
      events: this.events,
      virtualMs: this.now,
      coverage,
      history,
      recoveries: this.#recoveries.all,
    };
  }

  /** Ends all faults now: from here on the cluster must become live again. */
  heal(): void {
    if (this.#phase !== "running") return;
    const { world, clients, nemesis } = this;
    this.#phase = "settling";
    this.#untilMs = this.now + this.plan.scenario.settleMs;
    clients.stop();
    nemesis.endAll();
    for (const node of world.nodes) {
      world.resume(node);
      world.start(node);
    }
    this.#onHappening({ type: "healed" });
    this.#look();
  }

  /**
   * Lets a run that is over, and live, continue for as long as it had to become live: for questions at its end.
   *
   * @returns whether it does.
   * @hidden
   */
  reopen(): boolean {
    if (!this.#hasSettled || this.violations.length > 0) return false;
    this.#phase = "reopened";
    this.#untilMs = this.now + this.plan.scenario.settleMs;
    return true;
  }

  #makeClients(): SimClients {
    const { plan, world } = this;
    const { electionTimeoutMs, heartbeatMs, obituaryMs } = plan.scenario.cluster;
    return new SimClients(plan.operations, {
      timeline: this.#timeline,
      workload: plan.scenario.workload,
      nodes: () => world.nodes,
      electionTimeoutMs,
      heartbeatMs,
      news: { chance: new Chance(plan.seed).fork("news"), delayMs: obituaryMs },
      send: (letter) => world.network.send(letter),
      onHappening: this.#onHappening.bind(this),
      onClient: (client) =>
        world.router.attachClient(client.address, (letter) => {
          client.receive(letter);
          return undefined;
        }),
    });
  }

  #begin(): void {
    const { plan, world, clients } = this;
    for (const node of world.nodes) world.start(node);
    for (const fault of plan.faults)
      this.#timeline.after(fault.at, () => {
        if (this.#phase === "running") this.nemesis.perform(fault);
      });
    clients.start();
  }

  #nextPhase(): void {
    if (this.#phase === "running") this.heal();
    else this.#phase = "over";
  }

  /** Ends the run at the first moment at which everything is answered and all nodes agree. */
  #look(): void {
    if (this.clients.isIdle && this.world.hasSettled) {
      this.#onHappening({ type: "settled" });
      this.#hasSettled = true;
      this.#phase = "over";
      return;
    }
    this.#timeline.after(LOOK_MS, () => this.#look());
  }

  #onStep(step: CoreStep): void {
    this.#hash.onStep(step);
    this.#claims.onStep(step);
    this.#recoveries.onStep(step);
    this.nemesis.onStep(step);
    this.clients.onStep(step);
    for (const observer of this.#observers) observer.onStep(step);
  }

  #onHappening(happening: Happening): void {
    this.#hash.onHappening(happening);
    this.#claims.onHappening(happening);
    this.#recoveries.onHappening(happening);
    for (const observer of this.#observers) observer.onHappening(happening);
  }
}
