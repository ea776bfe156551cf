import { nearest } from "@kontiki/actors/node";
import { COUNT_NAMES } from "./count-names.ts";
import type { Complaint, Path } from "./complaint.ts";
import type { Fault } from "./fault.ts";
import { SUBJECT } from "./faults/moments.ts";
import { factsOf } from "./faults/table.ts";
import type { Scenario } from "./scenario.ts";

const TARGET_NAMES = ["leader", "follower", "any", "all", "minority", "majority"];

/** The highest number in the name of a node. */
const NODES_EVER = 99;

/** Contradictions between parts of a scenario that are each correct. */
export function contradictionsIn(scenario: Scenario): readonly Complaint[] {
  return [
    ...inSettings(scenario),
    ...inExpectations(scenario),
    ...scenario.faults.flatMap((fault, at) => [...inFault(scenario, fault, ["faults", at])]),
  ];
}

function* inSettings({ cluster, workload, nemesis, durationMs }: Scenario): Iterable<Complaint> {
  const { electionTimeoutMs, heartbeatMs } = cluster;
  if (2 * heartbeatMs > electionTimeoutMs)
    yield {
      path: ["cluster", "heartbeat"],
      on: "value",
      text: `is ${heartbeatMs}ms: give at most half of the election timeout, which is ${electionTimeoutMs}ms`,
    };
  if (workload.reads === "lease" && cluster.leases === undefined)
    yield {
      path: ["workload", "reads"],
      on: "value",
      text: "is lease: give cluster.leases too, such as { clockDrift: 0.1 }",
    };
  if (Object.values(workload.mix).every((weight) => weight === 0))
    yield { path: ["workload", "mix"], on: "value", text: "has no weight above 0: give one" };
  const [least = 0] = nemesis?.everyMs ?? [];
  // In swarm mode a seed may halve the time between faults.
  if (nemesis !== undefined && (nemesis.swarm ? least / 2 : least) >= durationMs)
    yield {
      path: ["nemesis", "every"],
      on: "value",
      text: `is ${least}ms or more: no fault begins within the duration, which is ${durationMs}ms`,
    };
}

function* inExpectations({ expect }: Scenario): Iterable<Complaint> {
  for (const bound of ["atLeast", "campaign", "atMost"] as const) {
    for (const name of Object.keys(expect[bound] ?? {})) {
      if (COUNT_NAMES.includes(name)) continue;
      const near = nearest(name, COUNT_NAMES);
      const advice =
        near === undefined
          ? "give what runs count, such as elections, operations.ok or began.crash"
          : `did you mean ${near}?`;
      yield { path: ["expect", bound, name], on: "key", text: `is not known here: ${advice}` };
    }
  }
}

function* inFault(scenario: Scenario, fault: Fault, path: Path): Iterable<Complaint> {
  const here = [...path, fault.type];
  if (fault.at >= scenario.durationMs)
    yield {
      path: [...path, "at"],
      on: "value",
      text: `is ${fault.at}ms: the faults end at ${scenario.durationMs}ms, which is the duration`,
    };
  if (fault.type === "oneWay" && fault.from === undefined && fault.to === undefined)
    yield { path: here, on: "value", text: "has neither from nor to: give one of them" };
  if (fault.type === "partition" && fault.shape === "groups") {
    yield* inGroups(scenario, fault.groups, [...here, "groups"]);
    return;
  }
  for (const field of ["node", "from", "to"] as const) {
    const target: unknown = Reflect.get(fault, field);
    if (typeof target !== "string" || (target === SUBJECT && fault.when !== undefined)) continue;
    if (target === SUBJECT)
      yield {
        path: [...here, field],
        on: "value",
        text: "is subject, which is the node of a moment: give when too, such as when: elected",
      };
    else yield* inTarget(scenario, target, [...here, field]);
  }
}

function* inGroups(
  scenario: Scenario,
  groups: readonly (readonly string[])[],
  path: Path,
): Iterable<Complaint> {
  const seen = new Set<string>();
  for (const [at, group] of groups.entries()) {
    for (const [place, node] of group.entries()) {
      const here = [...path, at, place];
      if (seen.has(node))
        yield { path: here, on: "value", text: `is ${node}, which is in a group already` };
      seen.add(node);
      if (!isNode(scenario, node))
        yield { path: here, on: "value", text: notNamed(scenario, node, []) };
    }
  }
}

function* inTarget(scenario: Scenario, target: string, path: Path): Iterable<Complaint> {
  if (TARGET_NAMES.includes(target) || isNode(scenario, target)) return;
  yield { path, on: "value", text: notNamed(scenario, target, TARGET_NAMES) };
}

function notNamed({ nodes }: Scenario, wrong: string, words: readonly string[]): string {
  const names = Array.from({ length: nodes }, (_, at) => `n${at + 1}`);
  const near = nearest(wrong, words);
  const choices = [...words, ...names].join(", ");
  return `is ${wrong}: ${near === undefined ? `give one of ${choices}` : `did you mean ${near}?`}`;
}

function isNode({ nodes, faults, nemesis }: Scenario, name: string): boolean {
  const [, digits] = /^n([1-9]\d*)$/.exec(name) ?? [];
  const drawn = nemesis?.faults ?? [];
  const grows = [...drawn, ...faults.map(({ type }) => type)].some(
    (type) => factsOf(type).makesNodes,
  );
  return digits !== undefined && Number(digits) <= (grows ? NODES_EVER : nodes);
}
