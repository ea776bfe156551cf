import { describe, expect, test } from "vitest";
import { checkClusterOptions } from "../../../packages/actors/src/cluster/checked-options.ts";
import {
  defaultNodes,
  type ClusterOptions,
} from "../../../packages/actors/src/cluster/cluster-options.ts";
import { KontikiError } from "../../../packages/actors/src/errors.ts";
import { levelsBelow } from "../../../packages/actors/src/threads/priorities.ts";
import { RESTART_DEFAULTS } from "../../../packages/actors/src/supervision/restart-policy.ts";

test("all options are optional", () => {
  const defaults = {
    nodes: undefined,
    dataDir: undefined,
    electionTimeoutMs: 300,
    heartbeatMs: 50,
    proposalTimeoutMs: 10_000,
    policy: RESTART_DEFAULTS,
    heapMiB: 4096,
    priorities: {},
    snapshots: { entries: 50_000, bytes: 64 * 1024 * 1024, share: 0.5, inTurns: true },
    keptEntries: 1024,
    preVote: true,
    leases: undefined,
    trace: undefined,
    // A test runs.
    checks: { snapshots: true, throws: "allow" },
    maxUncommittedBytes: 64 * 1024 * 1024,
    network: undefined,
    faults: false,
    renames: {},
  };
  expect(checkClusterOptions({})).toEqual(defaults);
  expect(checkClusterOptions({ nodes: undefined, heartbeatMs: undefined })).toEqual(defaults);
});

test("given options are used", () => {
  const given = {
    nodes: ["ada", "b-2"],
    dataDir: "data",
    electionTimeoutMs: 10,
    heartbeatMs: 5,
    proposalTimeoutMs: 1,
    heapMiB: 16,
    priorities: { ada: 100, late: 0 },
    keptEntries: 0,
    preVote: false,
    leases: { clockDrift: 0.9 },
    trace: "trace",
    maxUncommittedBytes: 1,
    network: () => [],
    faults: true,
  };
  const restartIntensity = { crashes: 0, withinMs: 1 };
  const checking = { checks: false, throws: "fail" } as const;
  const snapshots = { snapshotEntries: 1, snapshotBytes: 2 };
  expect(checkClusterOptions({ ...given, ...snapshots, ...checking, restartIntensity })).toEqual({
    ...given,
    checks: { snapshots: false, throws: "fail" },
    renames: {},
    snapshots: { entries: 1, bytes: 2, share: 0, inTurns: false },
    policy: { ...RESTART_DEFAULTS, ...restartIntensity },
  });
});

test("a limit for snapshots that is given is exact, whatever the size of the last one", () => {
  expect(checkClusterOptions({ snapshotEntries: 5 }).snapshots).toEqual({
    entries: 5,
    bytes: 64 * 1024 * 1024,
    share: 0,
    inTurns: false,
  });
  expect(checkClusterOptions({ snapshotBytes: 5 }).snapshots).toEqual({
    entries: 50_000,
    bytes: 5,
    share: 0,
    inTurns: false,
  });
});

test("a number of nodes gives them default names", () => {
  expect(checkClusterOptions({ nodes: 1 }).nodes).toEqual(["n1"]);
  expect(checkClusterOptions({ nodes: 9 }).nodes).toEqual(defaultNodes(9));
  expect(defaultNodes(3)).toEqual(["n1", "n2", "n3"]);
});

test("a node is as many levels below as the highest priority is above its own", () => {
  const steps = (priorities: Record<string, number>): number[] =>
    defaultNodes(3).map((node) => levelsBelow(priorities, node));
  expect(steps({})).toEqual([0, 0, 0]);
  expect(steps({ n1: 2, n2: 1 })).toEqual([0, 1, 2]);
  expect(steps({ n1: 3, n2: 3, n3: 3 })).toEqual([0, 0, 0]);
});

describe("an invalid option is named, with what is allowed", () => {
  test.each<[Record<keyof ClusterOptions, unknown> | object, string]>([
    [{ nodes: 0 }, "nodes is 0: give 1 to 9 nodes, as their number or as a list of their names"],
    [{ nodes: 10 }, "nodes is 10: give 1 to 9 nodes, as their number or as a list of their names"],
    [
      { nodes: 2.5 },
      "nodes is 2.5: give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [
      { nodes: Number.NaN },
      "nodes is NaN: give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [
      { nodes: "3" },
      "nodes is '3': give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [
      { nodes: null },
      "nodes is null: give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [
      { nodes: [] },
      "nodes has 0 names: give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [
      { nodes: Array(10).fill("a") },
      "nodes has 10 names: give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [{ nodes: ["a", "a"] }, "nodes has 'a' twice: give each node its own name"],
    [
      { nodes: ["a", "B"] },
      "nodes[1] is 'B': give a name of a-z, 0-9 and -, a letter first, 64 at most",
    ],
    [{ nodes: ["a", "lock"] }, "nodes[1] is 'lock', which cannot name a node: choose another name"],
    [
      { nodes: ["a", ""] },
      "nodes[1] is '': give a name of a-z, 0-9 and -, a letter first, 64 at most",
    ],
    [{ electionTimeoutMs: 9 }, "electionTimeoutMs is 9: give a number of milliseconds from 10"],
    [
      { electionTimeoutMs: Infinity },
      "electionTimeoutMs is Infinity: give a number of milliseconds from 10",
    ],
    [{ heartbeatMs: 0 }, "heartbeatMs is 0: give a number of milliseconds from 1"],
    [{ heartbeatMs: Number.NaN }, "heartbeatMs is NaN: give a number of milliseconds from 1"],
    [{ heartbeatMs: "5" }, "heartbeatMs is '5': give a number of milliseconds from 1"],
    [{ proposalTimeoutMs: 0 }, "proposalTimeoutMs is 0: give a number of milliseconds from 1"],
    [
      { electionTimeoutMs: 99, heartbeatMs: 50 },
      "heartbeatMs is 50 and electionTimeoutMs 99: a heartbeat must come at least twice in an election timeout, or healthy leaders are deposed",
    ],
    [
      { restartIntensity: { crashes: -1, withinMs: 1 } },
      "restartIntensity.crashes is -1: give a whole number from 0",
    ],
    [
      { restartIntensity: { crashes: 0.5, withinMs: 1 } },
      "restartIntensity.crashes is 0.5: give a whole number from 0",
    ],
    [
      { restartIntensity: { crashes: 1, withinMs: 0 } },
      "restartIntensity.withinMs is 0: give a number of milliseconds from 1",
    ],
    [{ heapMiB: 15 }, "heapMiB is 15: give a whole number from 16"],
    [{ dataDir: "" }, "dataDir is '': give the path of a folder"],
    [{ trace: "" }, "trace is '': give the path of a folder"],
    [{ snapshotEntries: 0 }, "snapshotEntries is 0: give a whole number from 1"],
    [{ snapshotBytes: 0.5 }, "snapshotBytes is 0.5: give a whole number from 1"],
    [{ keptEntries: -1 }, "keptEntries is -1: give a whole number from 0"],
    [{ checks: 1 }, "checks is 1: give true or false"],
    [{ throws: "never" }, "throws is 'never': give one of fail, allow"],
    [{ maxUncommittedBytes: "7" }, "maxUncommittedBytes is '7': give a whole number from 1"],
    [
      { priorities: { N1: 1 } },
      "priorities: a name is 'N1': give a name of a-z, 0-9 and -, a letter first, 64 at most",
    ],
    [{ priorities: { n1: 101 } }, "priorities.n1 is 101: give a whole number from 0 to 100"],
    [{ priorities: { n1: 0.5 } }, "priorities.n1 is 0.5: give a whole number from 0 to 100"],
    [{ priorities: { n1: -1 } }, "priorities.n1 is -1: give a whole number from 0 to 100"],
    [
      { leases: { clockDrift: 1 } },
      "leases.clockDrift is 1: give a number from 0 to 0.9, such as 0.1",
    ],
    [
      { leases: { clockDrift: -0.1 } },
      "leases.clockDrift is -0.1: give a number from 0 to 0.9, such as 0.1",
    ],
    [
      { network: [0] },
      "network is [ 0 ]: give a function that takes a letter and a function that delivers it",
    ],
    [{ leases: {} }, "leases.clockDrift is undefined: give a number from 0 to 0.9, such as 0.1"],
    [
      { leases: { clockDrift: Number.NaN } },
      "leases.clockDrift is NaN: give a number from 0 to 0.9, such as 0.1",
    ],
    [{ dataDir: 7 }, "dataDir is 7: give the path of a folder"],
  ])("%j", (options, message) => {
    expect(() => checkClusterOptions(options as ClusterOptions)).toThrow(
      new KontikiError(`Cluster.start: ${message}`),
    );
  });
});
