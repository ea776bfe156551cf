import type { Chance } from "../chance.ts";
import {
  CRASH_POINTS,
  DISK_OPERATIONS,
  KEPTS,
  type ClockFault,
  type DiskFault,
  type FaultAction,
  type FaultType,
  type MembershipFault,
  type NetworkFault,
  type ProcessFault,
  type Target,
} from "../scenario/fault.ts";
import { isTypeOf } from "../scenario/fault-groups.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** How late letters are made, in ms. */
const LATE_MS = [5, 20, 100, 500] as const;
const SHARES = [0.02, 0.1, 0.3, 0.7] as const;
const TARGETS: readonly Target[] = ["leader", "leader", "follower", "any", "minority"];
const RATES = [0.5, 0.8, 0.95, 1.05, 1.25, 2] as const;

/**
 * Draws what a fault of this kind does.
 *
 * @param forMs how long it lasts; a node that falls is down for that long.
 */
export function drawAction(
  type: FaultType,
  scenario: Scenario,
  forMs: number,
  chance: Chance,
): FaultAction {
  if (isTypeOf("network", type)) return drawNetwork(type, chance);
  if (isTypeOf("disk", type)) return drawDisk(type, chance);
  if (isTypeOf("process", type)) return drawProcess(type, forMs, chance);
  if (isTypeOf("clock", type)) return drawClock(type, scenario, chance);
  return drawMembership(type, scenario, chance);
}

function drawNetwork(type: NetworkFault["type"], chance: Chance): NetworkFault {
  const late = one(LATE_MS, chance);
  const share = one(SHARES, chance);
  const node = one(TARGETS, chance);
  switch (type) {
    case "partition": {
      const shape = one(["halves", "isolate", "isolate", "bridge", "ring"] as const, chance);
      return chance.happens(1 / 2) || shape === "ring" ? { type, shape } : { type, shape, node };
    }
    case "oneWay":
      return chance.happens(1 / 2) ? { type, from: node } : { type, to: node };
    case "delay":
      return {
        type,
        ms: [1, late],
        tail: chance.happens(1 / 2),
        ...(chance.happens(1 / 2) ? { node } : {}),
      };
    case "loss":
      return { type, share, ...(chance.happens(1 / 2) ? { node } : {}) };
    case "duplicate":
    case "reorder":
      return { type, share, ms: [1, late] };
    case "replay":
      return { type, share, ms: [1, 10 * late] };
    case "clog":
      return { type, node };
    case "swizzle":
      return { type };
    case "bandwidth":
      return { type, bytesPerMs: one([10, 100, 1000], chance) };
    default:
      return type satisfies never;
  }
}

function drawDisk(type: DiskFault["type"], chance: Chance): DiskFault {
  const node = one(TARGETS, chance);
  switch (type) {
    case "diskError":
      return { type, node, operation: one(DISK_OPERATIONS, chance) };
    case "slowDisk":
      return { type, node, ms: [1, one(LATE_MS, chance)] };
    case "bitRot":
      return { type, node, what: one(["log", "log", "snapshot"] as const, chance) };
    case "diskFull":
    case "stallDisk":
    case "misdirect":
    case "wipe":
    case "swapDisks":
      return { type, node };
    default:
      return type satisfies never;
  }
}

function drawProcess(type: ProcessFault["type"], forMs: number, chance: Chance): ProcessFault {
  const node = one(TARGETS, chance);
  const kept = one(KEPTS, chance);
  const withPower = chance.happens(1 / 2) ? { kept } : {};
  // Most crashes are short: who comes back soon meets what it has left behind.
  const downMs = one([0, forMs / 10, forMs], chance);
  switch (type) {
    case "crash":
      return {
        type,
        node,
        ...withPower,
        ...(chance.happens(1 / 2) ? { point: one(CRASH_POINTS, chance) } : {}),
        downMs: Math.floor(downMs),
      };
    case "crashAll":
      return { type, kept, mail: chance.happens(1 / 2), downMs: Math.floor(downMs) };
    case "crashLoop":
      return { type, node, ...withPower, downMs: Math.max(10, Math.floor(forMs / 10)) };
    case "stop":
      return { type, node, downMs: Math.floor(downMs) };
    case "pause":
      return { type, node };
    default:
      return type satisfies never;
  }
}

function drawClock(type: ClockFault["type"], { cluster }: Scenario, chance: Chance): ClockFault {
  const node = one(TARGETS, chance);
  const ms = one([10, 200, 5_000], chance);
  switch (type) {
    case "drift": {
      // Clocks that are all within the bound of leases, the slow ones as well.
      const rate =
        cluster.leases === undefined
          ? one(RATES, chance)
          : 1 + (cluster.leases.clockDrift * chance.between(0, 100)) / 100;
      return { type, node, rate };
    }
    case "step":
      return { type, node, ms: chance.happens(1 / 2) ? ms : -ms };
    case "strobe":
      return { type, node, ms, everyMs: one([5, 50, 500], chance) };
    default:
      return type satisfies never;
  }
}

function drawMembership(
  type: MembershipFault["type"],
  { nodes }: Scenario,
  chance: Chance,
): MembershipFault {
  const node = one(["leader", "follower", "any"], chance);
  switch (type) {
    case "add":
    case "addLearner":
    case "promote":
      return { type };
    case "remove":
    case "replace":
    case "snapshot":
    case "compact":
      return { type, node };
    case "grow":
      return { type, to: nodes + chance.between(1, 2) };
    case "shrink":
      return { type, to: Math.max(1, nodes - chance.between(1, 2)) };
    case "transfer":
      return chance.happens(1 / 2) ? { type } : { type, node: "follower" };
    default:
      return type satisfies never;
  }
}

function one<T>(choices: readonly T[], chance: Chance): T {
  const picked = chance.pick(choices);
  if (picked === undefined) throw new RangeError("there is nothing to choose from");
  return picked;
}
