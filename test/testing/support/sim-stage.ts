import type { NodeActor } from "@kontiki/actors/node";
import { nodeId, type NodeId } from "@kontiki/core";
import { planOf } from "@kontiki/testing";
import type { Plan, PlannedOperation } from "../../../packages/testing/src/plan/plan.ts";
import type { Scenario } from "../../../packages/testing/src/scenario/scenario.ts";
import type { CoreStep, Happening } from "../../../packages/testing/src/engine/observer.ts";
import { Simulation, type SimulateOptions } from "../../../packages/testing/src/runs/simulation.ts";
import type { SimNode } from "../../../packages/testing/src/simulation/sim-node.ts";
import type { World } from "../../../packages/testing/src/simulation/world.ts";
import { scenarioWith } from "./scenarios.ts";

/** A recorded event with its time, in ms of the run. */
export type Told = Happening & { readonly at: number };

/** How long a test waits for a condition, in ms of the run. */
const PATIENCE_MS = 20_000;

/** Operations of one client from the start of the run, one every `everyMs`. */
export function puts(count: number, everyMs = 20): readonly PlannedOperation[] {
  return Array.from({ length: count }, (_none, id) => ({
    id,
    at: id * everyMs,
    client: 0,
    command: { type: "put", key: `k${id % 3}`, value: `v${id}` },
    read: false,
  }));
}

/** A plan of three nodes, without faults, and without operations unless `plan` has some. */
export function simPlan(changes: Partial<Scenario> = {}, plan: Partial<Plan> = {}): Plan {
  const scenario = scenarioWith(undefined, { nodes: 3, durationMs: 60_000, ...changes });
  return { ...planOf(scenario, 1), ...plan };
}

/** A simulated cluster under the control of a test, and its recorded events. */
export class SimStage {
  readonly simulation: Simulation;
  readonly happened: Told[] = [];
  readonly steps: CoreStep[] = [];

  constructor(plan: Plan, options: SimulateOptions = {}) {
    this.simulation = new Simulation(plan, {
      ...options,
      observers: [
        (simulation) => ({
          onStep: (step) => this.steps.push(step),
          onHappening: (happening) => this.happened.push({ ...happening, at: simulation.now }),
        }),
      ],
    });
  }

  get world(): World {
    return this.simulation.world;
  }

  node(name: string): SimNode {
    return this.world.node(nodeId(name));
  }

  /** The running node with this name. */
  actor(name: string): NodeActor {
    const actor = this.node(name).process?.actor;
    if (actor === undefined) throw new Error(`${name} is not running`);
    return actor;
  }

  /** Runs for this many ms. */
  run(ms: number): void {
    const { world, simulation } = this;
    let isOver = false;
    world.timeline.after(ms, () => (isOver = true));
    while (!isOver && simulation.step());
  }

  /** Runs until a condition holds. Checks it after each event. */
  until(what: string, isMet: () => boolean): void {
    const { simulation } = this;
    const end = simulation.now + PATIENCE_MS;
    while (!isMet()) {
      if (!simulation.step() || simulation.now > end)
        throw new Error(
          `${what}: not by ${simulation.now} ms; ${JSON.stringify(simulation.violations)}`,
        );
    }
  }

  /** Runs until a node leads and has committed an entry. */
  elect(): NodeId {
    this.until("a leader", () => {
      const leader = this.world.leader();
      return leader !== undefined && this.actor(leader).state.commit > 0;
    });
    return this.world.leader() ?? nodeId("nobody");
  }

  /** A node that does not lead. */
  follower(): NodeId {
    const leader = this.elect();
    const found = this.world.nodes.find((node) => node !== leader);
    return found ?? leader;
  }

  /** The events of these types, in order. */
  of<Type extends Happening["type"]>(...types: Type[]): (Told & { readonly type: Type })[] {
    return this.happened.filter((each): each is Told & { readonly type: Type } =>
      types.some((type) => type === each.type),
    );
  }

  /** Runs to the end. @returns the violations. */
  finish(): readonly string[] {
    this.simulation.heal();
    while (this.simulation.step());
    return this.simulation.result().violations.map(({ check, text }) => `${check}: ${text}`);
  }
}
