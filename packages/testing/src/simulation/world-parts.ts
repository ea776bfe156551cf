import type { Envelope, StateMachine } from "@kontiki/actors/node";
import type { NodeId } from "@kontiki/core";
import type { Chance } from "../chance.ts";
import type { CoreStep, Happening } from "../engine/observer.ts";
import type { Plan } from "../plan/plan.ts";
import type { Counters } from "../run/counters.ts";
import type { MachineRules } from "./invariant.ts";
import type { MachineCalls } from "./machine-calls.ts";
import type { VirtualTimeline } from "./virtual-timeline.ts";

/** What a world needs. */
export type WorldParts = {
  readonly plan: Plan;
  readonly timeline: VirtualTimeline;
  readonly chance: Chance;
  readonly counters: Counters;
  readonly machine: () => StateMachine;
  readonly rules: MachineRules;
  readonly calls: MachineCalls;
  readonly onStep: (step: CoreStep) => void;
  readonly onHappening: (happening: Happening) => void;
  /** A node failed and no fault explains it. It does not run any more. */
  readonly onFailure: (node: NodeId, error: unknown) => void;
  /** A client's letter could not be delivered. */
  readonly onUndeliverable: (letter: Envelope, isFull: boolean) => void;
  /** Nodes were added or removed. */
  readonly onNodes: () => void;
  /** Clients learn that the process of a node has ended. */
  readonly onDeath: (node: NodeId) => void;
};
