import type { KeyValueCommand } from "@kontiki/actors";
import { checkArgument } from "@kontiki/actors/node";
import { Chance } from "../chance.ts";
import { withDrawnSettings } from "./draw-settings.ts";
import { drawFaults } from "./draw-faults.ts";
import { givenScenario } from "../scenario/given-scenario.ts";
import { operationsOf } from "../scenario/nothing-to-judge.ts";
import type { Scenario, Workload } from "../scenario/scenario.ts";
import { givenSeed } from "./given-plan.ts";
import type { Plan, PlannedOperation, ReadRoute } from "./plan.ts";

/**
 * Draws everything that a seed decides before a run: the operations of clients, the faults in addition to those of the
 * scenario, and with `knobs` the settings. They are independent: none changes what is drawn for the others. The plan has a
 * scenario with the drawn settings and without `knobs`, so this scenario and the same seed give the same plan again.
 *
 * @param seed a whole number from 0 to 2^32 - 1.
 * @throws KontikiError for anything else.
 */
export function planOf(scenario: Scenario, seed: number): Plan {
  checkArgument("planOf", "scenario", givenScenario, scenario);
  checkArgument("planOf", "seed", givenSeed, seed);
  return planIn(withDrawnSettings(scenario, seed), seed);
}

/** The plan of a scenario whose settings are drawn. */
function planIn(scenario: Scenario, seed: number): Plan {
  const chance = new Chance(seed);
  const drawn = drawFaults(scenario, chance.fork("nemesis"));
  return {
    scenario,
    seed,
    nodes: scenario.nodes,
    faults: [...scenario.faults, ...drawn].map((fault, id) => ({ ...fault, id })),
    operations: drawOperations(scenario, chance.fork("workload")),
  };
}

/** At a constant rate over the whole run, each by a drawn client. No value is used twice. */
function drawOperations(scenario: Scenario, chance: Chance): readonly PlannedOperation[] {
  const { workload, durationMs, nodes } = scenario;
  if (workload.clients === 0) return [];
  const readings = chance.fork("readings");
  const count = operationsOf(scenario);
  return Array.from({ length: count }, (_none, id) => {
    const at = Math.floor((id * durationMs) / count);
    const client = chance.below(workload.clients);
    const command = drawCommand(workload, id, chance);
    const reading = workload.reads === "mixed" ? drawReading(nodes, readings) : undefined;
    const read = command.type === "get";
    if (!read || workload.reads !== "mixed") return { id, at, client, command, read };
    return reading === undefined
      ? { id, at, client, command, read: false }
      : { id, at, client, command, read, reading };
  });
}

/** Stale reads are few: they may be old, so they show less than the others. */
const READ_WAYS = [
  "log",
  "linearizable",
  "linearizable",
  "linearizable",
  "lease",
  "lease",
  "lease",
  "stale",
] as const;

/** How a read is answered; undefined for through the log. Half of the reads are for the leader. */
function drawReading(nodes: number, chance: Chance): ReadRoute | undefined {
  const way = chance.pick(READ_WAYS);
  const node = `n${chance.between(1, nodes)}`;
  const isForLeader = chance.happens(1 / 2);
  if (way === undefined || way === "log") return undefined;
  return { consistency: way, node: isForLeader ? undefined : node };
}

function drawCommand(workload: Workload, id: number, chance: Chance): KeyValueCommand {
  const key = `k${chance.below(workload.keys)}`;
  const value = `v${id}`.padEnd(workload.valueBytes, ".");
  switch (drawKind(workload.mix, chance)) {
    case "put":
      return { type: "put", key, value };
    case "get":
      return { type: "get", key };
    case "append":
      return { type: "append", key, value };
    case "delete":
      return { type: "delete", key };
    case "compareAndSet": {
      // It matches sometimes: the expected value is that of an earlier operation, or none.
      const earlier = chance.below(id + 1);
      const expected = chance.happens(1 / 4)
        ? null
        : `v${earlier}`.padEnd(workload.valueBytes, ".");
      return { type: "compareAndSet", key, expected, value };
    }
  }
}

function drawKind(mix: Workload["mix"], chance: Chance): keyof Workload["mix"] {
  const kinds = ["put", "get", "append", "compareAndSet", "delete"] as const;
  const total = kinds.reduce((sum, kind) => sum + mix[kind], 0);
  let left = chance.next() * total;
  for (const kind of kinds) {
    left -= mix[kind];
    if (left < 0) return kind;
  }
  return "get";
}
