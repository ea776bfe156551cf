import type { Clock, FromNode, NodeLimits, Notice, StateMachine } from "@kontiki/actors/node";
import type { Config } from "@kontiki/core";
import type { CoreStep, Happening } from "../engine/observer.ts";
import type { Timeline } from "../engine/timeline.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import { sessionLimits } from "../scenario/session-limits.ts";
import type { CrashPoints } from "./crash-points.ts";
import type { MachineRules } from "./invariant.ts";
import type { MachineCalls } from "./machine-calls.ts";
import type { SimDisk } from "./sim-disk.ts";
import type { Surroundings } from "../surroundings.ts";

/** What a process needs. */
export type ProcessParts = {
  readonly config: Config;
  readonly incarnation: number;
  readonly settings: ClusterSettings;
  readonly disk: SimDisk;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly machine: () => StateMachine;
  /** What machines see of time and chance. */
  readonly around: Surroundings;
  readonly rules: MachineRules;
  readonly calls: MachineCalls;
  readonly points: CrashPoints;
  /** All calls into the process from outside go through this; it drops them once the process has ended. */
  readonly enter: (call: () => void) => void;
  readonly onPost: (message: FromNode) => void;
  readonly onNotice: (notice: Notice) => void;
  readonly onStep: (step: CoreStep) => void;
  readonly onHappening: (happening: Happening) => void;
};

/** The limits of a node, where the scenario sets any. */
export function nodeLimits(settings: ClusterSettings): Partial<NodeLimits> | undefined {
  const { limits } = settings;
  if (limits === undefined) return undefined;
  const { turnEntries } = limits;
  const sessions = sessionLimits(settings);
  return {
    ...(turnEntries !== undefined && { turnEntries }),
    ...(sessions !== undefined && { sessions }),
  };
}
