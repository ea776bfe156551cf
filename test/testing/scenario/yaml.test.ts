import { parseScenario } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { FAULT_TYPES } from "../../../packages/testing/src/scenario/faults/table.ts";

/** The error messages about a wrong scenario, without the file's name. */
function complaints(text: string): readonly string[] {
  try {
    return [`none: ${JSON.stringify(parseScenario(text, "x.yaml"))}`];
  } catch (error) {
    return (error as Error).message.split("\n").map((line) => line.replace("x.yaml:", ""));
  }
}

test("everything has a default, and the name is the file's", () => {
  expect(parseScenario("{}", "some/where/quiet.yaml")).toEqual({
    name: "quiet",
    about: "",
    nodes: 3,
    cluster: {
      electionTimeoutMs: 150,
      heartbeatMs: 25,
      preVote: true,
      snapshotEntries: 100,
      keptEntries: 20,
      maxAppendBytes: 1048576,
      maxInflight: 16,
      segmentBytes: 16384,
      leases: undefined,
    },
    network: { latencyMs: [1, 5] },
    disk: { syncMs: [1, 3] },
    workload: {
      clients: 4,
      perSecond: 40,
      keys: 3,
      mix: { put: 3, get: 4, append: 2, compareAndSet: 1, delete: 1 },
      reads: "linearizable",
      valueBytes: 8,
      timeoutMs: 2000,
    },
    faults: [],
    nemesis: undefined,
    durationMs: 5000,
    settleMs: 20000,
    expect: { atLeast: {}, atMost: {}, linearizable: true },
  });
});

test("times, ranges and shares have the forms that people write", () => {
  const text = `
duration: 1.5s
settle: 2m
network: { latency: 3 }
disk: { sync: [1, 2ms] }
cluster: { electionTimeout: 0.2s, leases: { clockDrift: 0.1 } }
workload: { mix: { get: 1 }, timeout: 250ms, reads: lease }
faults:
  - { at: 0, loss: 12.5% }
expect: { atLeast: [elections], atMost: { leaderChanges: 2 }, linearizable: false }
`;
  const {
    durationMs,
    settleMs,
    network,
    disk,
    cluster,
    workload,
    faults,
    expect: wanted,
  } = parseScenario(text, "x.yaml");
  expect({ durationMs, settleMs, network, disk, faults, wanted }).toEqual({
    durationMs: 1500,
    settleMs: 120_000,
    network: { latencyMs: [3, 3] },
    disk: { syncMs: [1, 2] },
    faults: [{ type: "loss", at: 0, share: 0.125 }],
    wanted: { atLeast: { elections: 1 }, atMost: { leaderChanges: 2 }, linearizable: false },
  });
  expect({ cluster, workload }).toMatchObject({
    cluster: { electionTimeoutMs: 200, leases: { clockDrift: 0.1 } },
    workload: {
      mix: { put: 0, get: 1, append: 0, compareAndSet: 0, delete: 0 },
      timeoutMs: 250,
      reads: "lease",
    },
  });
});

describe("a fault", () => {
  test.each<[string, object]>([
    ["crash: leader", { type: "crash", node: "leader", downMs: 500 }],
    ["crash:", { type: "crash", node: "any", downMs: 500 }],
    [
      "crash: { node: n2, down: 1s, kept: torn, point: afterSave }",
      { type: "crash", node: "n2", downMs: 1000, kept: "torn", point: "afterSave" },
    ],
    ["crashAll:", { type: "crashAll", kept: "nothing", mail: true, downMs: 500 }],
    ["crashAll: some", { type: "crashAll", kept: "some", mail: true, downMs: 500 }],
    ["crashLoop: follower", { type: "crashLoop", node: "follower", downMs: 500 }],
    ["stop: n1", { type: "stop", node: "n1", downMs: 500 }],
    ["pause: leader", { type: "pause", node: "leader" }],
    ["partition: halves", { type: "partition", shape: "halves" }],
    [
      "partition: { shape: isolate, node: leader }",
      { type: "partition", shape: "isolate", node: "leader" },
    ],
    [
      "partition: [[n1, n2], [n3]]",
      { type: "partition", shape: "groups", groups: [["n1", "n2"], ["n3"]] },
    ],
    [
      "partition: { groups: [[n1], [n2]] }",
      { type: "partition", shape: "groups", groups: [["n1"], ["n2"]] },
    ],
    ["oneWay: { from: leader }", { type: "oneWay", from: "leader" }],
    ["oneWay: leader", { type: "oneWay", from: "leader" }],
    ["delay: 5ms..20ms", { type: "delay", ms: [5, 20] }],
    [
      "delay: { by: 5, tail: true, node: n1 }",
      { type: "delay", ms: [5, 5], tail: true, node: "n1" },
    ],
    ["duplicate: 10%", { type: "duplicate", share: 0.1, ms: [1, 50] }],
    ["reorder: { share: 1, by: 3ms }", { type: "reorder", share: 1, ms: [3, 3] }],
    ["replay: 0.5", { type: "replay", share: 0.5, ms: [1, 50] }],
    ["clog: n3", { type: "clog", node: "n3" }],
    ["swizzle:", { type: "swizzle" }],
    ["bandwidth: 10", { type: "bandwidth", bytesPerMs: 10 }],
    ["diskError: n1", { type: "diskError", node: "n1", operation: "any" }],
    ["diskFull: n1", { type: "diskFull", node: "n1" }],
    ["slowDisk: 50ms", { type: "slowDisk", node: "any", ms: [50, 50] }],
    ["stallDisk: leader", { type: "stallDisk", node: "leader" }],
    ["bitRot: n1", { type: "bitRot", node: "n1", what: "log" }],
    ["misdirect: n1", { type: "misdirect", node: "n1" }],
    ["wipe: n1", { type: "wipe", node: "n1" }],
    ["swapDisks: n1", { type: "swapDisks", node: "n1" }],
    ["drift: 1.05", { type: "drift", node: "any", rate: 1.05 }],
    ["step: -500ms", { type: "step", node: "any", ms: -500 }],
    ["strobe: { node: n1, by: 200ms }", { type: "strobe", node: "n1", ms: 200, everyMs: 100 }],
    ["add:", { type: "add" }],
    ["remove: follower", { type: "remove", node: "follower" }],
    ["replace: follower", { type: "replace", node: "follower" }],
    ["addLearner: true", { type: "addLearner" }],
    ["promote:", { type: "promote" }],
    ["grow: 5", { type: "grow", to: 5 }],
    ["shrink: 1", { type: "shrink", to: 1 }],
    ["transfer:", { type: "transfer" }],
    ["transfer: n2", { type: "transfer", node: "n2" }],
    ["snapshot: all", { type: "snapshot", node: "all" }],
    ["compact: leader", { type: "compact", node: "leader" }],
  ])("%s", (fault, expected) => {
    const { faults } = parseScenario(`faults:\n  - { at: 2s, for: 1s, ${fault} }`, "x.yaml");
    expect(faults).toEqual([{ at: 2000, for: 1000, ...expected }]);
  });
});

describe("a nemesis", () => {
  test("swarm is short for all kinds of faults, of which each seed takes some", () => {
    const { nemesis } = parseScenario("nemesis: swarm", "x.yaml");
    expect(nemesis).toMatchObject({ swarm: true, everyMs: [200, 1000], lastMs: [300, 1500] });
    expect(nemesis?.faults).toEqual(FAULT_TYPES);
  });

  test("groups stand for all of their kinds", () => {
    const text =
      "nemesis: { faults: [clock, crash, drift], swarm: false, every: 50ms, last: 1s..2s }";
    expect(parseScenario(text, "x.yaml").nemesis).toEqual({
      faults: ["crash", "drift", "step", "strobe"],
      swarm: false,
      everyMs: [50, 50],
      lastMs: [1000, 2000],
    });
  });
});

describe("an error message has line and column, and what is allowed there", () => {
  test.each<[string, readonly string[]]>([
    [
      "a: [",
      [
        "1:5: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
      ],
    ],
    ["nodes: 3\nnodes: 4", ["2:1: this is not YAML: Map keys must be unique"]],
    ["nodes: 3\n---\nnodes: 4", ["2:1: a second document begins here: a scenario is one"]],
    ["- nodes", ["1:1: the scenario is a list: give names with values, such as nodes: 3"]],
    [
      "three nodes",
      [
        "1:1: the scenario is 'three nodes': give names with values; the names are name, about, nodes, cluster, network, disk, workload, faults, nemesis, knobs, duration, settle, expect",
      ],
    ],
    [
      "nodes: 3\nduration: *later",
      ["2:11: this is not YAML: Unresolved alias (the anchor must be set before the alias): later"],
    ],
    ["nodes: 12", ["1:8: nodes is 12: give a whole number from 1 to 9"]],
    ["name: a b", ["1:7: name is 'a b': give a name of letters, digits, - and _"]],
    ["durationMs: 3", ["1:1: durationMs is not known here: did you mean duration?"]],
    [
      "# about\n\n  colour: red",
      [
        "3:3: colour is not known here: the names are name, about, nodes, cluster, network, disk, workload, faults, nemesis, knobs, duration, settle, expect",
      ],
    ],
    [
      "duration: soon",
      ["1:11: duration is 'soon': give a time from 1ms to 24h, such as 250ms, 1.5s or 2m"],
    ],
    [
      "network:\n  latency: 5ms..1ms",
      [
        "2:12: network.latency is '5ms..1ms': give a range of times such as 1ms..5ms, or one time, from 0ms to 24h",
      ],
    ],
    ["cluster: { preVote: maybe }", ["1:21: cluster.preVote is 'maybe': give true or false"]],
    ["workload: { reads: leases }", ["1:20: workload.reads is 'leases': did you mean lease?"]],
    [
      "faults: [{ at: 1s, for: 1s, partition: [] }]",
      ["1:40: faults[0].partition.groups is empty: give groups such as [[n1, n2], [n3]]"],
    ],
    [
      "nemesis: { faults: [] }",
      ["1:20: nemesis.faults is empty: name kinds of faults, or leave it out for all of them"],
    ],
    [
      "nemesis: swam",
      [
        "1:10: nemesis is 'swam': give swarm, or names with values; the names are faults, swarm, every, last, bursts, moments, when",
      ],
    ],
    [
      "nemesis: { faults: [network, crush] }",
      ["1:30: nemesis.faults[1] is 'crush': did you mean crash?"],
    ],
    [
      "expect: { atLeast: { elections: -1 } }",
      ["1:33: expect.atLeast.elections is -1: give a whole number from 0 to 9007199254740991"],
    ],
    [
      "expect: { atMost: { letters.lost.los: 1 } }",
      ["1:21: expect.atMost.letters.lost.los is not known here: did you mean letters.lost.loss?"],
    ],
    [
      "expect: { atLeast: [electoins, elections] }",
      ["1:20: expect.atLeast.electoins is not known here: did you mean elections?"],
    ],
    [
      "expect: { atLeast: { thunder: 1 } }",
      [
        "1:22: expect.atLeast.thunder is not known here: give what runs count, such as elections, operations.ok or began.crash",
      ],
    ],
    [
      "expect: { atLeast: 3 }",
      ["1:20: expect.atLeast is 3: give names with counts, such as elections: 2"],
    ],
    ["faults: crash", ["1:9: faults is 'crash': give a list, one fault a line with - before it"]],
    [
      "faults:\n  - crash",
      ["2:5: faults[0] is not a fault: write it as { at: 1s, crash: leader }"],
    ],
    [
      "faults:\n  - { at: 1s, crush: leader }",
      ["2:15: faults[0].crush is not known here: did you mean crash?"],
    ],
    [
      "faults:\n  - { at: 1s, crash: leader, pause: n1 }",
      ["2:30: faults[0].pause is a second fault after crash: give each its own entry"],
    ],
    ["faults:\n  - { crash: leader }", ["2:5: faults[0].at is missing"]],
    [
      "faults:\n  - { at: 1s, for: -1, loss: 2 }",
      [
        "2:20: faults[0].for is -1: give a time from 1ms to 24h, such as 250ms, 1.5s or 2m",
        "2:30: faults[0].loss.share is 2: give a number from 0 to 1, or a share such as 10%",
      ],
    ],
    [
      "faults:\n  - at: 1s\n    crash:\n      nod: n1",
      ["4:7: faults[0].crash.nod is not known here: did you mean node?"],
    ],
    [
      "faults:\n  - { at: 1s, crash: { kept: all } }",
      ["2:30: faults[0].crash.kept is 'all': give one of nothing, torn, some, everything"],
    ],
    ["faults:\n  - { at: 1s, delay: }", ["2:15: faults[0].delay.by is missing"]],
    [
      "faults:\n  - { at: 1s, swizzle: n1 }",
      ["2:24: faults[0].swizzle takes no value: write only its name"],
    ],
    [
      "faults:\n  - { at: 1s, partition: thirds }",
      ["2:26: faults[0].partition.shape is 'thirds': give one of halves, isolate, bridge, ring"],
    ],
  ])("%s", (text, lines) => {
    expect(complaints(text)).toEqual(lines);
  });

  test("all errors are listed at once, in the order of the text", () => {
    const text = "faults:\n  - { at: 1s, crush: n1 }\n  - { at: 1s }\nnodes: 0";
    expect(complaints(text).map((line) => line.split(" ", 2).join(" "))).toEqual([
      "2:15: faults[0].crush",
      "3:5: faults[1]",
      "4:8: nodes",
    ]);
  });
});

describe("contradictions between parts of a scenario", () => {
  test.each<[string, readonly string[]]>([
    [
      "cluster: { heartbeat: 100ms }",
      [
        "1:23: cluster.heartbeat is 100ms: give at most half of the election timeout, which is 150ms",
      ],
    ],
    [
      "workload: { reads: lease }",
      ["1:20: workload.reads is lease: give cluster.leases too, such as { clockDrift: 0.1 }"],
    ],
    ["workload: { mix: {} }", ["1:18: workload.mix has no weight above 0: give one"]],
    [
      "# Later.\n",
      ["1:1: the scenario is empty: write what differs from the defaults, or {} if nothing does"],
    ],
    [
      "about: x\nworkload: { clients: 0 }",
      [
        "2:22: workload.clients is 0: no client asks anything in 5000ms, so there is no history to judge: give more, or expect: { linearizable: false }",
      ],
    ],
    [
      "duration: 1s\nworkload: { perSecond: 0.5 }",
      [
        "2:24: workload.perSecond is 0.5: no client asks anything in 1000ms, so there is no history to judge: give more, or expect: { linearizable: false }",
      ],
    ],
    [
      "nemesis: { every: 5s..9s, swarm: false }",
      [
        "1:19: nemesis.every is 5000ms or more: no fault begins within the duration, which is 5000ms",
      ],
    ],
    [
      "faults:\n  - { at: 5s, crash: n1 }",
      ["2:11: faults[0].at is 5000ms: the faults end at 5000ms, which is the duration"],
    ],
    [
      "faults:\n  - { at: 1s, crash: leadr }",
      ["2:22: faults[0].crash.node is leadr: did you mean leader?"],
    ],
    [
      "faults:\n  - { at: 1s, when: elect, crash: leader }",
      ["2:21: faults[0].when is 'elect': did you mean elected?"],
    ],
    [
      "faults:\n  - { at: 1s, crash: subject }",
      [
        "2:22: faults[0].crash.node is subject, which is the node of a moment: give when too, such as when: elected",
      ],
    ],
    [
      "faults:\n  - { at: 1s, transfer: n4 }",
      [
        "2:25: faults[0].transfer.node is n4: give one of leader, follower, any, all, minority, majority, n1, n2, n3",
      ],
    ],
    [
      "faults:\n  - { at: 1s, oneWay: {} }",
      ["2:23: faults[0].oneWay has neither from nor to: give one of them"],
    ],
    [
      "faults:\n  - { at: 1s, partition: [[n1], [n1, n7]] }",
      [
        "2:34: faults[0].partition.groups[1][0] is n1, which is in a group already",
        "2:38: faults[0].partition.groups[1][1] is n7: give one of n1, n2, n3",
      ],
    ],
  ])("%s", (text, lines) => {
    expect(complaints(text)).toEqual(lines);
  });

  test("a fault may name a node that is added later", () => {
    const text = "faults: [{ at: 1s, add: }, { at: 2s, transfer: n4 }]";
    expect(parseScenario(text, "x.yaml").faults).toEqual([
      { type: "add", at: 1000 },
      { type: "transfer", at: 2000, node: "n4" },
    ]);
  });
});
