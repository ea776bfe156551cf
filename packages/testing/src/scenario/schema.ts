import * as v from "valibot";
import { FAULT_GROUPS, FAULT_TYPES, isTypeIn, type FaultGroup } from "./faults/table.ts";
import { MOMENT_NAMES } from "./faults/moments.ts";
import type { FaultType } from "./fault.ts";
import type { LimitSettings, Nemesis, Scenario } from "./scenario.ts";
import {
  counts,
  duration,
  durations,
  fields,
  flag,
  list,
  name,
  number,
  oneOf,
  share,
  text,
  whole,
} from "./written/values.ts";

const GROUP_NAMES = Object.keys(FAULT_GROUPS) as readonly FaultGroup[];
const SIZE_MAX = 2 ** 30;

const bound = v.optional(whole(1, SIZE_MAX));

const limits = v.pipe(
  fields({
    maxInflightBytes: bound,
    maxUncommittedBytes: bound,
    mailboxLetters: bound,
    turnLetters: bound,
    turnEntries: bound,
    sessions: bound,
    sessionEntries: bound,
  }),
  v.transform((given): LimitSettings => ({
    maxInflightBytes: given.maxInflightBytes,
    maxUncommittedBytes: given.maxUncommittedBytes,
    mailboxLetters: given.mailboxLetters,
    turnLetters: given.turnLetters,
    turnEntries: given.turnEntries,
    sessions: given.sessions,
    sessionEntries: given.sessionEntries,
  })),
);

const cluster = v.pipe(
  fields({
    electionTimeout: v.optional(duration(10), 150),
    heartbeat: v.optional(duration(1), 25),
    preVote: v.optional(flag, true),
    snapshotEntries: v.optional(whole(1, SIZE_MAX), 100),
    keptEntries: v.optional(whole(0, SIZE_MAX), 20),
    maxAppendBytes: v.optional(whole(1, SIZE_MAX), 1024 * 1024),
    maxInflight: v.optional(whole(1, SIZE_MAX), 16),
    segmentBytes: v.optional(whole(1024, SIZE_MAX), 16 * 1024),
    leases: v.nullish(fields({ clockDrift: number(0, 0.9) })),
    limits: v.nullish(limits),
    turnDelay: v.nullish(durations(0)),
    obituary: v.nullish(durations(0)),
  }),
  v.transform(
    ({ electionTimeout, heartbeat, leases, limits: bounds, turnDelay, obituary, ...rest }) => ({
      electionTimeoutMs: electionTimeout,
      heartbeatMs: heartbeat,
      ...rest,
      leases: leases ?? undefined,
      ...(bounds && { limits: bounds }),
      ...(turnDelay && { turnDelayMs: turnDelay }),
      ...(obituary && { obituaryMs: obituary }),
    }),
  ),
);

const weight = v.optional(number(0, 1e6), 0);

const workload = v.pipe(
  fields({
    clients: v.optional(whole(0, 1000), 4),
    perSecond: v.optional(number(0, 100_000), 40),
    keys: v.optional(whole(1, 100_000), 3),
    mix: v.optional(
      fields({ put: weight, get: weight, append: weight, compareAndSet: weight, delete: weight }),
      { put: 3, get: 4, append: 2, compareAndSet: 1, delete: 1 },
    ),
    reads: v.optional(oneOf("log", "linearizable", "lease", "mixed"), "linearizable"),
    valueBytes: v.optional(whole(1, 1024 * 1024), 8),
    timeout: v.optional(duration(1), 2000),
    gather: v.optional(duration(1)),
  }),
  v.transform(({ timeout, gather, ...rest }) => ({
    ...rest,
    timeoutMs: timeout,
    ...(gather !== undefined && { gatherMs: gather }),
  })),
);

const nemesisFields = v.pipe(
  fields(
    {
      faults: v.optional(
        v.pipe(
          list(oneOf(...GROUP_NAMES, ...FAULT_TYPES), "a list such as [crash, network]"),
          v.minLength(1, "is empty: name kinds of faults, or leave it out for all of them"),
        ),
        GROUP_NAMES,
      ),
      swarm: v.optional(flag, true),
      every: v.optional(durations(1), "200ms..1s"),
      last: v.optional(durations(1), "300ms..1.5s"),
      bursts: v.optional(share),
      moments: v.optional(share),
      when: v.optional(list(oneOf(...MOMENT_NAMES), "a list such as [elected, cuts]")),
    },
    "swarm",
  ),
  v.transform(({ faults, swarm, every, last, bursts, moments, when }): Nemesis => ({
    faults: FAULT_TYPES.filter((type) => faults.some((named) => covers(named, type))),
    swarm,
    everyMs: every,
    lastMs: last,
    ...(bursts !== undefined && { bursts }),
    ...(moments !== undefined && { moments }),
    ...(when !== undefined && { when }),
  })),
);

const countsOrNames = v.pipe(
  v.unknown(),
  v.transform((given) => (Array.isArray(given) ? once(given) : given)),
  counts,
);

const expect = v.pipe(
  fields({
    atLeast: v.optional(countsOrNames, {}),
    campaign: v.nullish(countsOrNames),
    atMost: v.optional(counts, {}),
    linearizable: v.optional(flag, true),
  }),
  v.transform(({ campaign, ...rest }) => ({ ...rest, ...(campaign && { campaign }) })),
);

const written = fields({
  name,
  about: v.optional(text, ""),
  nodes: v.optional(whole(1, 9), 3),
  cluster: v.optional(cluster, {}),
  network: v.optional(fields({ latency: v.optional(durations(0), "1ms..5ms") }), {}),
  disk: v.optional(fields({ sync: v.optional(durations(0), "1ms..3ms") }), {}),
  workload: v.optional(workload, {}),
  faults: v.optional(list(v.unknown(), "a list, one fault a line with - before it"), []),
  nemesis: v.nullish(
    v.pipe(
      v.unknown(),
      v.transform((given) => (given === "swarm" ? {} : given)),
      nemesisFields,
    ),
  ),
  knobs: v.nullish(oneOf("swarm")),
  duration: v.optional(duration(1), "5s"),
  settle: v.optional(duration(1), "20s"),
  expect: v.optional(expect, {}),
});

/** The names of what a scenario has. */
export const SCENARIO_NAMES: readonly string[] = Object.keys(written.entries);

/** A scenario as people write it, except its faults, which are read one by one. */
export const scenarioSchema = v.pipe(
  written,
  v.transform(({ network, disk, nemesis, knobs, duration: durationMs, settle, ...rest }) => ({
    ...rest,
    ...(knobs && { knobs }),
    network: { latencyMs: network.latency },
    disk: { syncMs: disk.sync },
    nemesis: nemesis ?? undefined,
    durationMs,
    settleMs: settle,
  })),
);

/** What {@link scenarioSchema} gives is a scenario once its faults are read. */
type ReadScenario = v.InferOutput<typeof scenarioSchema>;

true satisfies Omit<ReadScenario, "faults"> extends Omit<Scenario, "faults"> ? true : false;

function covers(named: FaultType | FaultGroup, type: FaultType): boolean {
  return named === type || (named in FAULT_GROUPS && isTypeIn(named as FaultGroup, type));
}

function once(names: readonly unknown[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((of) => [String(of), 1]));
}
