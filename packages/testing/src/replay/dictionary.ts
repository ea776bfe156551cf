import { encode } from "@kontiki/actors/node";

const ENDS = { node: "leader", ms: [1, 10], share: 0.1, at: 1000, for: 1000 };

/** The names that tokens began with. A fault that is added later works without: its tokens are only longer. */
const FAULT_TYPES = [
  ["partition", "shape", "halves", "isolate", "bridge", "ring", "groups", "oneWay", "from", "to"],
  ["delay", "tail", "loss", "duplicate", "reorder", "replay", "clog", "swizzle", "bandwidth"],
  ["bytesPerMs", "diskError", "operation", "write", "sync", "read", "diskFull", "slowDisk"],
  ["stallDisk", "bitRot", "what", "log", "snapshot", "misdirect", "wipe", "swapDisks", "crash"],
  ["crashAll", "crashLoop", "point", "kept", "nothing", "torn", "some", "everything", "downMs"],
  ["beforeSave", "afterSave", "afterSend", "inApply", "inSnapshot", "inCompaction", "inRecovery"],
  ["mail", "stop", "pause", "drift", "rate", "step", "strobe", "everyMs", "add", "remove"],
  ["replace", "addLearner", "promote", "grow", "shrink", "transfer", "compact"],
  ["leader", "follower", "any", "all", "minority", "majority", "n1", "n2", "n3", "n4", "n5"],
];

const SCENARIO = {
  name: "swarm",
  about: "Faults of all kinds, drawn by the seed",
  nodes: 5,
  cluster: {
    electionTimeoutMs: 300,
    heartbeatMs: 100,
    preVote: true,
    snapshotEntries: 1000,
    keptEntries: 100,
    maxAppendBytes: 1_048_576,
    maxInflight: 256,
    segmentBytes: 67_108_864,
    leases: undefined,
  },
  network: { latencyMs: [1, 5] },
  disk: { syncMs: [1, 5] },
  workload: {
    clients: 3,
    perSecond: 10,
    keys: 3,
    mix: { put: 1, get: 1, append: 1, compareAndSet: 1, delete: 1 },
    reads: "linearizable",
    valueBytes: 8,
    timeoutMs: 10_000,
  },
  nemesis: { faults: [], swarm: true, everyMs: [100, 1000], lastMs: [100, 1000] },
  durationMs: 10_000,
  settleMs: 10_000,
  expect: { atLeast: { commits: 1, elections: 1 }, atMost: {}, linearizable: true },
};

const OPERATIONS = ["put", "get", "append", "delete", "compareAndSet"].map((type, id) => ({
  id,
  at: 100,
  client: 0,
  command: { type, key: "k1", value: "v1", expected: "v0" },
  read: false,
}));

const ACTIONS = {
  type: "path",
  bounds: { nodes: 3, terms: 2, proposals: 1, crashes: 1, drops: 0, duplicates: 0, inflight: 2 },
  actions: ["electionTimeout", "heartbeatTimeout", "leaderSilent", "propose", "sync", "deliver"],
  packet: [
    { from: "a", fromUid: 0, to: "b", toUid: 0, message: { type: "voteReply", granted: true } },
    { type: "requestVote", term: 1, lastIndex: 0, lastTerm: 0, transfer: false },
    { type: "appendEntries", term: 1, prevIndex: 0, prevTerm: 0, entries: [{ type: "noop" }] },
    { type: "appendAccepted", match: 1, commit: 0, round: 1, stays: true, lost: [] },
  ],
};

/**
 * The content that most tokens share, so that a token only stores the differences (RFC 1951 with a preset dictionary). A
 * token can only be read with the dictionary that it was made with: after a change here, raise the format in
 * `token-text.ts`.
 */
export const DICTIONARY: Uint8Array = encode([
  FAULT_TYPES,
  ACTIONS,
  OPERATIONS,
  {
    type: "run",
    check: "linearizable",
    hash: "0000000000000000",
    module: undefined,
    recipe: { from: "seed", digest: 0 },
  },
  ENDS,
  { from: "plan", plan: { scenario: SCENARIO, seed: 1, nodes: 5, faults: [], operations: [] } },
]);
