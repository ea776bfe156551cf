import type { Chance } from "../chance.ts";
import { one } from "../scenario/faults/kind.ts";
import { isTypeIn } from "../scenario/faults/table.ts";
import type { ClusterSettings, LimitSettings } from "../scenario/scenario.ts";
import { drawFaults } from "./draw-faults.ts";
import { drawnSettings } from "./draw-settings.ts";
import type { Plan } from "./plan.ts";

const SIZES: readonly Partial<ClusterSettings>[] = [
  ...[2, 10, 50].map((snapshotEntries) => ({ snapshotEntries })),
  ...[0, 3, 30].map((keptEntries) => ({ keptEntries })),
  ...[64, 1024, 64 * 1024].map((maxAppendBytes) => ({ maxAppendBytes })),
  ...[1, 2, 64].map((maxInflight) => ({ maxInflight })),
  ...[1024, 64 * 1024].map((segmentBytes) => ({ segmentBytes })),
];

/** One size of the nodes becomes small or large. */
export function changeSize(plan: Plan, chance: Chance): Plan {
  return withCluster(plan, one(SIZES, chance));
}

const LIMITS: readonly Partial<LimitSettings>[] = [
  ...[1, 64, 1024].map((maxInflightBytes) => ({ maxInflightBytes })),
  ...[1, 64, 1024].map((maxUncommittedBytes) => ({ maxUncommittedBytes })),
  ...[1, 2, 10].map((turnEntries) => ({ turnEntries })),
  ...[1, 3, 6].map((sessions) => ({ sessions })),
  ...[1, 5, 20].map((sessionEntries) => ({ sessionEntries })),
];

const NO_LIMITS: LimitSettings = {
  maxInflightBytes: undefined,
  maxUncommittedBytes: undefined,
  mailboxLetters: undefined,
  turnLetters: undefined,
  turnEntries: undefined,
  sessions: undefined,
  sessionEntries: undefined,
};

/** One bound of the nodes, pre-vote, when obituaries come, or leases become different. */
export function changeKnob(plan: Plan, chance: Chance): Plan {
  const { preVote, limits = NO_LIMITS } = plan.scenario.cluster;
  const knob = chance.below(5);
  if (knob === 0) return withCluster(plan, { preVote: !preVote });
  if (knob === 1) return withCluster(plan, { obituaryMs: [0, one([1, 5, 100, 400], chance)] });
  if (knob === 2) return withLeases(plan, one([0, 0.01, 0.1, 0.5], chance));
  return withCluster(plan, { limits: { ...limits, ...one(LIMITS, chance) } });
}

/** Clocks were drawn together with the bound that leases set for them, so a plan with faults of clocks keeps that bound. */
function withLeases(plan: Plan, clockDrift: number): Plan {
  const hasClocks = plan.faults.some(({ type }) => isTypeIn("clock", type));
  return hasClocks ? plan : withCluster(plan, { leases: { clockDrift } });
}

/**
 * The settings of nodes, network and disks become those of another seed, all together: alone some of them leave no cluster
 * that could work, such as a network that is slower than an election timeout.
 */
export function changeSettings(plan: Plan, chance: Chance): Plan {
  const { scenario } = plan;
  const { leases, maxAppendBytes } = scenario.cluster;
  const { cluster, network, disk } = drawnSettings(chance);
  const kept = { leases, maxAppendBytes };
  return { ...plan, scenario: { ...scenario, cluster: { ...cluster, ...kept }, network, disk } };
}

/** The faults that the seed drew become others, of the same kinds and at the same rates. */
export function redrawFaults(plan: Plan, chance: Chance): Plan {
  const { scenario, faults } = plan;
  const given = scenario.faults.length;
  if (scenario.nemesis === undefined) return plan;
  const others = drawFaults(scenario, chance).map((fault, at) => ({ ...fault, id: given + at }));
  return { ...plan, faults: [...faults.filter(({ id }) => id < given), ...others] };
}

function withCluster(plan: Plan, settings: Partial<ClusterSettings>): Plan {
  const { scenario } = plan;
  return { ...plan, scenario: { ...scenario, cluster: { ...scenario.cluster, ...settings } } };
}

/** Another number of nodes, with faults that are drawn for it. Faults that a scenario names keep their nodes. */
export function changeNodes(plan: Plan, chance: Chance): Plan {
  const { scenario, operations } = plan;
  if (scenario.faults.length > 0 || scenario.nemesis === undefined) return plan;
  const { nodes } = drawnSettings(chance);
  const isThere = (node: string | undefined): boolean =>
    node === undefined || Number(node.slice(1)) <= nodes;
  return redrawFaults(
    {
      ...plan,
      scenario: { ...scenario, nodes },
      nodes,
      operations: operations.map((operation) =>
        operation.reading === undefined || isThere(operation.reading.node)
          ? operation
          : { ...operation, reading: { ...operation.reading, node: undefined } },
      ),
    },
    chance,
  );
}
