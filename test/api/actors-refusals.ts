import { join } from "node:path";
import {
  Cluster,
  FileDisk,
  createWal,
  importModule,
  loadMachine,
  checkMaker,
  listDamage,
  makeMachine,
  openDamage,
  openDataDirectory,
  openLostCluster,
  openStorage,
  readTrace,
  readTraceFile,
  recoverDataDirectory,
  replayingTrace,
  replayTrace,
  withChanges,
  type NodeHandle,
} from "@kontiki/actors";
import { Client, KeyValue, openNode, ReadIds, Router } from "@kontiki/actors/node";
import { makeConfig, nodeId } from "@kontiki/core";
import {
  anyText,
  callable,
  decimal,
  FOLDER,
  FLAG,
  kind,
  PATIENCE,
  record,
  setting,
  SIGNAL,
  SOME_NODE,
  text,
  whole,
  words,
  type Kind,
} from "./support/kinds.ts";
import { refusal, wrongArgument, wrongOptions, type Refusal } from "./support/refusals.ts";

const WAIT = { timeoutMs: PATIENCE, signal: SIGNAL };
const NODES = kind("1 to 9 nodes, as their number or as a list of their names");

const NODE_NAMES = kind("a list of names of nodes", Array.isArray);

const nodes: Kind = {
  ...NODES,
  text: (shown) =>
    shown === "[]" ? `has 0 names: give ${NODES.give}` : `is ${shown}: give ${NODES.give}`,
};

const CLUSTER = {
  nodes,
  dataDir: FOLDER,
  stateMachine: text("a URL, or a path that starts from the calling file"),
  electionTimeoutMs: setting(10),
  heartbeatMs: setting(1),
  onEvent: callable(" that gets each event"),
  proposalTimeoutMs: setting(1),
  restartIntensity: record("{ crashes: ..., ... }", true),
  heapMiB: whole(16),
  priorities: kind("an object, such as { n1: 1 }", isEmptyObject),
  snapshotEntries: whole(1),
  snapshotBytes: whole(1),
  keptEntries: whole(0),
  preVote: FLAG,
  leases: record("{ clockDrift: ... }", true),
  renames: kind('an object, such as { leader: "n4" }', isEmptyObject),
  trace: FOLDER,
  checks: FLAG,
  throws: words("fail", "allow"),
  maxUncommittedBytes: whole(1),
  transport: record("{ module: ..., ... }", true),
  host: kind("a name of a-z, 0-9 and -, a letter first, 64 at most"),
  peers: record("{ cluster: ..., ... }", true),
  network: callable(" that takes a letter and a function that delivers it"),
  faults: FLAG,
};

function isEmptyObject(value: unknown): boolean {
  return value?.constructor === Object;
}

/** A program with such options would run in memory, because what is copied of an object are its own properties. */
class Settings {
  readonly #folder: string;
  constructor(folder: string) {
    this.#folder = folder;
  }
  get dataDir(): string {
    return this.#folder;
  }
}

/** A folder that does not exist, and that no refused call may create. */
export function clusterRefusals(folder: string): Record<string, readonly Refusal[]> {
  const dataDir = join(folder, "data");
  const trace = join(folder, "trace");
  const start = (options: object | undefined): Promise<Cluster> => Cluster.start(options);
  const bad = (what: string, options: object, message: string): Refusal[] =>
    refusal(
      `Cluster.start with ${what}`,
      () => start({ dataDir, trace, ...options }),
      `Cluster.start: ${message}`,
    );
  return {
    "Cluster.start": [
      ...wrongOptions({ where: "Cluster.start", call: start, options: CLUSTER }),
      ...bad("datadir", { datadir: "x" }, "datadir is not an option: did you mean dataDir?"),
      ...bad(
        "a nested name",
        { leases: { clockdrift: 1 } },
        "leases.clockdrift is not an option: did you mean clockDrift?",
      ),
      ...bad(
        "no drift",
        { leases: {} },
        "leases.clockDrift is undefined: give a number from 0 to 0.9, such as 0.1",
      ),
      ...bad(
        "a text",
        { leases: { clockDrift: "0.1" } },
        "leases.clockDrift is '0.1': give a number from 0 to 0.9, such as 0.1",
      ),
      ...bad(
        "crashes",
        { restartIntensity: { crashes: null } },
        "restartIntensity.crashes is null: give a whole number from 0",
      ),
      ...(["dataDir", "trace", "stateMachine"] as const).flatMap((name) =>
        bad(
          `NUL in ${name}`,
          { [name]: join(folder, "a\0b") },
          `${name} is '${folder}/a\\x00b': no path has the character NUL (\\x00)`,
        ),
      ),
      ...refusal(
        "Cluster.start with options of a class",
        () => start(new Settings(dataDir)),
        "Cluster.start: options is not a plain object, and what it inherits from its class Settings would not be read: give an object such as { nodes: ..., ... }",
      ),
      ...bad(
        "priorities of a class",
        { priorities: Object.create({ n1: 1 }) as object },
        "priorities is not a plain object, and what it inherits from its prototype would not be read",
      ),
      ...bad(
        "a getter in renames",
        {
          renames: {
            get n1() {
              return "n4";
            },
          },
        },
        "renames.n1 is a getter: give its value",
      ),
      ...bad("ten nodes", { nodes: 10 }, `nodes is 10: give ${NODES.give}`),
      ...bad(
        "a name twice",
        { nodes: ["a", "b", "a"] },
        "nodes has 'a' twice: give each node its own name",
      ),
      ...bad(
        "a hole",
        { nodes: Object.assign(["a"], { 2: "b" }) },
        "nodes[1] is undefined: give a name of a-z, 0-9 and -, a letter first, 64 at most",
      ),
      ...bad(
        "a path",
        { nodes: ["../a"] },
        "nodes[0] is '../a': give a name of a-z, 0-9 and -, a letter first, 64 at most",
      ),
      ...bad(
        "lock",
        { nodes: ["lock"] },
        "nodes[0] is 'lock', which cannot name a node: choose another name",
      ),
      ...["leader", "follower", "any", "all", "minority", "majority"].flatMap((word) =>
        bad(
          word,
          { nodes: ["n1", word] },
          `nodes[1] is '${word}', which commands read as a word for nodes, not as a name: choose another name`,
        ),
      ),
      ...bad(
        "a rename to a word",
        { renames: { n1: "all" } },
        "renames.n1 is 'all', which commands read as a word for nodes, not as a name: choose another name",
      ),
      ...bad(
        "a rename of a stranger",
        { renames: { leader: "n4" } },
        "renames.leader is n4, and there is no node leader: there are n1, n2, n3",
      ),
      ...bad(
        "a rename to a node",
        { renames: { n1: "n2" } },
        "renames.n1 is n2, and there is a node n2 already: there are n1, n2, n3",
      ),
      ...bad(
        "a stranger",
        { priorities: { n9: 1 } },
        "priorities.n9 is 1, and there is no node n9: there are n1, n2, n3",
      ),
      ...bad(
        "no name",
        { priorities: { N9: 1 } },
        "priorities: a name is 'N9': give a name of a-z, 0-9 and -, a letter first, 64 at most",
      ),
      ...bad(
        "a priority",
        { priorities: { n1: "1" } },
        "priorities.n1 is '1': give a whole number from 0 to 100",
      ),
      ...bad(
        "a slow heartbeat",
        { heartbeatMs: 200 },
        "heartbeatMs is 200 and electionTimeoutMs 300: a heartbeat must come at least twice in an election timeout, or healthy leaders are deposed",
      ),
    ],
  };
}

/** Calls of a running cluster and its node n1. */
export function runningRefusals(
  cluster: () => Cluster,
  node: () => NodeHandle,
): Record<string, readonly Refusal[]> {
  const waits = (method: "leader" | "converged" | "members"): Refusal[] =>
    wrongOptions({
      where: `Cluster.${method}`,
      call: (options) => cluster()[method](options),
      options: WAIT,
    });
  const changes = (
    method: "addNode" | "removeNode" | "promote" | "transfer",
    options = WAIT,
  ): Refusal[] => [
    ...wrongArgument(`Cluster.${method}`, "id", SOME_NODE, (id) => cluster()[method](id)),
    ...wrongOptions({
      where: `Cluster.${method}`,
      call: (given) => cluster()[method]("n1", given),
      options,
    }),
  ];
  const ofNode = (method: "pause" | "start" | "wipe"): Refusal[] =>
    wrongOptions({
      where: `NodeHandle.${method}`,
      call: (options) => node()[method](options),
      options: WAIT,
    });
  const get = { type: "get", key: "k" } as const;
  return {
    "Cluster#leader": waits("leader"),
    "Cluster#converged": waits("converged"),
    "Cluster#members": waits("members"),
    "Cluster#propose": wrongOptions({
      where: "Cluster.propose",
      call: (options) => cluster().propose(get, options),
      options: { timeoutMs: PATIENCE, idempotencyKey: text("a text of 1 to 256 characters") },
    }),
    "Cluster#proposeAll": [
      ...wrongOptions({
        where: "Cluster.proposeAll",
        call: (options) => cluster().proposeAll([get], options),
        options: { timeoutMs: PATIENCE },
      }),
      ...refusal(
        "Cluster.proposeAll of one command",
        () => cluster().proposeAll(get as never),
        "Cluster.proposeAll: commands is not a list: give an array of commands",
      ),
    ],
    "Cluster#proposeEach": [
      ...wrongOptions({
        where: "Cluster.proposeEach",
        call: (options) => cluster().proposeEach([get], options),
        options: { timeoutMs: PATIENCE, outstanding: whole(1, 65_536) },
      }),
      ...refusal(
        "Cluster.proposeEach of one command",
        () => cluster().proposeEach(get as never),
        "Cluster.proposeEach: commands cannot be iterated: give an array, a generator or a stream",
      ),
    ],
    "Cluster#read": [
      ...wrongOptions({
        where: "Cluster.read",
        call: (options) => cluster().read(get, options),
        options: {
          consistency: words("linearizable", "lease", "stale"),
          node: SOME_NODE,
          timeoutMs: PATIENCE,
        },
      }),
      ...refusal(
        "Cluster.read with Stale",
        () => cluster().read(get, { consistency: "Stale" as never }),
        "Cluster.read: consistency is 'Stale': give one of linearizable, lease, stale; did you mean 'stale'?",
      ),
      ...refusal(
        "Cluster.read of a stranger",
        () => cluster().read(get, { node: "n9" }),
        "there is no node n9: there are n1",
      ),
    ],
    "Cluster#get": [
      ...wrongArgument("Cluster.get", "key", anyText("a string"), (key) => cluster().get(key)),
      ...wrongOptions({
        where: "Cluster.get",
        call: (options) => cluster().get("k", options),
        options: { timeoutMs: PATIENCE },
      }),
    ],
    "Cluster#hostOf": wrongArgument("Cluster.hostOf", "id", SOME_NODE, (id) =>
      cluster().hostOf(id),
    ),
    "Cluster#otherHosts": wrongOptions({
      where: "Cluster.otherHosts",
      call: (options) => cluster().otherHosts(options),
      options: { timeoutMs: PATIENCE },
    }),
    "Cluster#node": wrongArgument("Cluster.node", "id", SOME_NODE, (id) => cluster().node(id)),
    "Cluster#addNode": [
      ...changes("addNode", {
        ...WAIT,
        as: words("voter", "learner"),
        replaces: SOME_NODE,
      } as typeof WAIT),
      ...refusal(
        "Cluster.addNode with learner",
        () => cluster().addNode("n4", { learner: true } as never),
        "Cluster.addNode: learner is not an option: did you mean as: 'learner'?",
      ),
      ...refusal(
        "Cluster.addNode with a wrong name",
        () => cluster().addNode("N4"),
        "the name is 'N4': give a name of a-z, 0-9 and -, a letter first, 64 at most",
      ),
    ],
    "Cluster#changeMembers": wrongOptions({
      where: "Cluster.changeMembers",
      call: (change) => cluster().changeMembers(change),
      options: {
        add: NODE_NAMES,
        promote: NODE_NAMES,
        remove: NODE_NAMES,
        demote: NODE_NAMES,
      },
      argument: "change",
    }),
    "Cluster#removeNode": changes("removeNode"),
    "Cluster#promote": changes("promote"),
    "Cluster#transfer": changes("transfer"),
    "Cluster#stop": wrongOptions({
      where: "Cluster.stop",
      call: (options) => cluster().stop(options),
      options: { timeoutMs: PATIENCE },
    }),
    "NodeHandle#pause": ofNode("pause"),
    "NodeHandle#start": ofNode("start"),
    "NodeHandle#wipe": ofNode("wipe"),
    "NodeHandle#snapshot": wrongOptions({
      where: "NodeHandle.snapshot",
      call: (options) => node().snapshot(options),
      options: { timeoutMs: PATIENCE },
    }),
    "NodeHandle#log": wrongOptions({
      where: "NodeHandle.log",
      call: (options) => node().log(options),
      options: { from: whole(1), max: whole(0) },
    }),
  };
}

const DISK = kind("a disk, such as new FileDisk(folder)");
const MODULE_URL = text("the URL of a module, such as new URL(path, import.meta.url).href");
const LINES = kind(
  "the lines of a trace, such as readTraceFile(path)",
  (value) => Array.isArray(value) || value instanceof Map,
);

/** Other functions of the actors. `folder` does not exist. */
export function storageRefusals(folder: string): Record<string, readonly Refusal[]> {
  const disk = new FileDisk(folder);
  const names = kind("a list of names, or undefined for those that it holds");
  return {
    openDataDirectory: [
      ...wrongArgument("openDataDirectory", "path", FOLDER, (path) =>
        openDataDirectory(path, undefined),
      ),
      ...wrongArgument(
        "openDataDirectory",
        "nodes",
        {
          ...names,
          text: (shown) =>
            shown === "[]" ? `has 0 names: give ${names.give}` : `is ${shown}: give ${names.give}`,
        },
        (given) => openDataDirectory(folder, given),
      ),
    ],
    openLostCluster: wrongArgument("openLostCluster", "path", FOLDER, (path) =>
      openLostCluster(path),
    ),
    listDamage: [
      ...wrongArgument("listDamage", "path", FOLDER, (path) => listDamage(path)),
      ...wrongArgument("listDamage", "node", SOME_NODE, (node) => listDamage(folder, node)),
    ],
    openDamage: wrongArgument("openDamage", "path", FOLDER, (path) => openDamage(path)),
    recoverDataDirectory: [
      ...wrongArgument("recoverDataDirectory", "path", FOLDER, (path) =>
        recoverDataDirectory(path, "n1"),
      ),
      ...wrongArgument("recoverDataDirectory", "node", SOME_NODE, (node) =>
        recoverDataDirectory(folder, node),
      ),
    ],
    "new FileDisk": wrongArgument("FileDisk", "directory", FOLDER, (path) => new FileDisk(path)),
    openStorage: [
      ...wrongArgument("openStorage", "disk", DISK, (given) => openStorage(given)),
      ...wrongOptions({
        where: "openStorage",
        call: (options) => openStorage(disk, options),
        options: { segmentBytes: whole(1, 2 ** 30) },
      }),
    ],
    createWal: wrongArgument("createWal", "disk", DISK, (given) => createWal(given)),
    importModule: [
      ...wrongArgument("importModule", "url", MODULE_URL, (url) => importModule(url, "machine")),
      ...wrongArgument("importModule", "what", text("what the module should be"), (what) =>
        importModule("file:///x", what),
      ),
    ],
    loadMachine: wrongArgument("loadMachine", "url", MODULE_URL, (url) => loadMachine(url)),
    makeMachine: [
      ...wrongArgument("makeMachine", "source", text("how messages name the machine"), (source) =>
        makeMachine(() => new KeyValue(), source),
      ),
      ...refusal(
        "makeMachine without a function",
        () => makeMachine(null, "mine"),
        "mine: it is not a function that makes a machine",
      ),
    ],
    checkMaker: [
      ...wrongArgument("checkMaker", "source", text("how messages name the machine"), (source) =>
        checkMaker(() => new KeyValue(), source),
      ),
      ...refusal(
        "checkMaker without a function",
        () => checkMaker(null, "mine"),
        "mine: it is not a function that makes a machine",
      ),
    ],
    readTraceFile: [
      ...wrongArgument("readTraceFile", "path", text("the path of a trace"), (path) =>
        readTraceFile(path),
      ),
      ...wrongArgument("readTraceFile", "onCut", callable(), (onCut) => readTraceFile("t", onCut)),
    ],
    readTrace: wrongArgument("readTrace", "lines", LINES, (lines) => readTrace(lines)),
    replayingTrace: wrongArgument("replayingTrace", "lines", LINES, (lines) =>
      replayingTrace(lines),
    ),
    replayTrace: wrongArgument("replayTrace", "lines", LINES, (lines) => replayTrace(lines)),
    withChanges: [
      ...refusal(
        "withChanges of null",
        () => withChanges(null as never, { before: {}, after: {} }),
        "withChanges: value is null: give an object",
      ),
      ...refusal(
        "withChanges without after",
        () => withChanges({}, { before: {} } as never),
        "withChanges: changes is { before: {} }: give { before, after }, as a traced step has them",
      ),
    ],
  };
}

/** Parts of a node, for programs that drive nodes in another way. */
export function nodeRefusals(): Record<string, readonly Refusal[]> {
  const number = decimal(0, Infinity);
  const setup = {
    config: makeConfig({ id: nodeId("n1"), voters: [nodeId("n1")] }),
    disk: new FileDisk("none"),
    machine: new KeyValue(),
    readIds: new ReadIds(1),
    policy: { entries: 1, bytes: 1 },
    tracer: () => undefined,
  };
  return {
    "new Client": wrongOptions({
      where: "Client",
      call: (times) => new Client(1, [], times),
      options: { attemptMs: number, backoffMs: number },
      needed: { attemptMs: 1, backoffMs: 1 },
      argument: "times",
    }),
    "new Router": wrongOptions({
      where: "Router",
      call: (limits) => new Router(limits, () => undefined),
      options: { letters: number, bytes: number },
      needed: { letters: 1, bytes: 1 },
      argument: "limits",
    }),
    openNode: wrongOptions({
      where: "openNode",
      call: (given) => openNode(given),
      options: {
        config: kind("what makeConfig returns"),
        disk: DISK,
        machine: kind("a state machine", (value) => typeof value === "object" && value !== null),
        readIds: kind("new ReadIds(incarnation)"),
        policy: record("{ entries: ..., ... }", true),
        lease: record("{ electionTimeoutMs: ..., ... }", true),
        tracer: kind(
          "a function that makes a tracer, or returns undefined",
          (value) => typeof value === "function",
        ),
        observer: kind("a function that gets each step", (value) => typeof value === "function"),
        entries: kind("{ applied, restored }, two functions"),
        wal: record("{ segmentBytes: ... }", true),
        limits: record("{ turnEntries: ..., ... }", true),
      },
      needed: setup,
      argument: "setup",
    }),
  };
}
