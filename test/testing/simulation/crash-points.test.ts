import { nodeId, type NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import type { CrashPoint, Kept } from "../../../packages/testing/src/scenario/fault.ts";
import type { SimDisk } from "../../../packages/testing/src/simulation/sim-disk.ts";
import { CLUSTER } from "../support/scenarios.ts";
import { puts, simPlan, SimStage, type Told } from "../support/sim-stage.ts";

/** Snapshots and compactions are frequent, and segments are small enough that each compaction removes one. */
const CLUSTER_OF_SHORT_LOGS = {
  ...CLUSTER,
  snapshotEntries: 5,
  keptEntries: 0,
  segmentBytes: 100,
};

/** A cluster that gets commands all the time. */
function busy(): SimStage {
  const stage = new SimStage(
    simPlan({ cluster: CLUSTER_OF_SHORT_LOGS }, { operations: puts(1000) }),
  );
  stage.elect();
  stage.run(500);
  return stage;
}

/** The length of a segment's header, in bytes. */
const SEGMENT_HEADER_BYTES = 52;

/** The log files of a disk, except a segment with only a header. */
function logOf(disk: SimDisk): string {
  const files = disk.list().filter((name) => name.endsWith(".wal"));
  return files
    .map((name) => ({ name, bytes: disk.read(name) }))
    .filter(({ bytes }) => bytes.length > SEGMENT_HEADER_BYTES)
    .map(({ name, bytes }) => `${name} ${Buffer.from(bytes).toString("hex")}`)
    .join("\n");
}

function firstFileOf(log: string): string | undefined {
  return log.split(" ")[0];
}

/** The end of a process, the moment before it, and the start after it. */
type Fallen = {
  readonly node: NodeId;
  /** The events of this node after its last sync. */
  readonly before: readonly Told["type"][];
  readonly cause: string;
  /** Its log at the last sync, and at the end of the process. */
  readonly synced: string;
  readonly fell: string;
  /** Its last entry at the end of the process, from its memory, and after the restart, from its disk. */
  readonly had: number;
  readonly found: number;
  readonly commit: number;
  readonly applied: number;
};

/** Ends a node's process at a point, records its state, and starts it again. */
function fallAt(stage: SimStage, node: NodeId, point: CrashPoint, kept: Kept | undefined): Fallen {
  const { world } = stage;
  const from = stage.happened.length;
  world.crashAt(node, point, kept);
  let synced = logOf(world.disk(node));
  const unwatch = stage.simulation.watch({
    onStep: () => {},
    onHappening: (happening) => {
      if (happening.type === "synced" && happening.node === node) synced = logOf(world.disk(node));
    },
  });
  stage.until(`the end of ${node}`, () => !world.isRunning(node));
  unwatch();
  const told = stage.happened.slice(from);
  const of = told.filter(
    (each) => ("node" in each ? each.node : "from" in each && each.from) === node,
  );
  const end = of.findLast((each) => each.type === "ended");
  const fell = logOf(world.disk(node));
  const actor = stage.node(node).last?.actor;
  world.start(node);
  const started = stage.of("started").at(-1);
  return {
    node,
    before: of.map(({ type }) => type).slice(of.map(({ type }) => type).lastIndexOf("synced")),
    cause: end?.type === "ended" ? end.cause : "",
    synced,
    fell,
    had: actor?.log.lastIndex ?? 0,
    found: started?.recovered.entries.at(-1)?.index ?? started?.recovered.base.index ?? 0,
    commit: actor?.state.commit ?? 0,
    applied: actor?.applied ?? 0,
  };
}

const KEPT: readonly (Kept | undefined)[] = [undefined, "nothing", "torn", "everything"];

describe.each(KEPT)("a process that ends, power: %s", (kept) => {
  test("before a save: nothing of the turn is in the log", () => {
    const stage = busy();
    const node = stage.follower();
    let taken = 0;
    for (let falls = 0; falls < 4; falls += 1) {
      const fallen = fallAt(stage, node, "beforeSave", kept);
      expect(fallen.cause).toBe("the process ends: beforeSave");
      expect(fallen.fell).toBe(fallen.synced);
      taken += fallen.had - fallen.found;
      stage.run(200);
    }
    // Entries that the turns had only in memory were in no log.
    expect(taken).toBeGreaterThan(0);
    expect(stage.finish()).toEqual([]);
  });

  test("while it syncs: only a loss of power takes what the turn has written", () => {
    const stage = busy();
    const node = stage.follower();
    let taken = 0;
    for (let falls = 0; falls < 4; falls += 1) {
      const fallen = fallAt(stage, node, "inSync", kept);
      expect(fallen.cause).toBe("the process ends: inSync");
      taken += fallen.had - fallen.found;
      stage.run(200);
    }
    const isKept = kept === undefined || kept === "everything";
    expect(taken > 0).toBe(!isKept);
    expect(stage.finish()).toEqual([]);
  });

  test("after a save: the log is durable, and no message that depends on it has left", () => {
    const stage = busy();
    const fallen = fallAt(stage, stage.follower(), "afterSave", kept);
    expect(fallen.cause).toBe("the process ends: afterSave");
    expect(fallen.before).toEqual(["synced", "ended"]);
    expect(fallen.fell).toBe(fallen.synced);
    expect(fallen.found).toBe(fallen.had);
    expect(stage.finish()).toEqual([]);
  });

  test("after sending: the messages that depend on the log have left, and nothing else has happened", () => {
    const stage = busy();
    const fallen = fallAt(stage, stage.follower(), "afterSend", kept);
    expect(fallen.cause).toBe("the process ends: afterSend");
    expect(fallen.before).toEqual(["synced", "posted", "ended"]);
    expect(fallen.found).toBe(fallen.had);
    expect(stage.finish()).toEqual([]);
  });

  test.each([true, false])(
    "in apply, leads: %s: the command is applied by the next process",
    (leads) => {
      const stage = busy();
      const node = leads ? stage.elect() : stage.follower();
      const fallen = fallAt(stage, node, "inApply", kept);
      expect(fallen.cause).toBe("the process ends: inApply");
      expect(fallen.before).not.toContain("applied");
      expect(stage.finish()).toEqual([]);
    },
  );

  test("in a snapshot: the previous snapshot counts", () => {
    const stage = busy();
    const { world } = stage;
    const node = stage.follower();
    const before = world
      .disk(node)
      .list()
      .filter((name) => name.endsWith(".snapshot"));
    let snapshots = before;
    const unwatch = stage.simulation.watch({
      onStep: () => {
        snapshots = world
          .disk(node)
          .list()
          .filter((name) => name.endsWith(".snapshot"));
      },
      onHappening: () => {},
    });
    const fallen = fallAt(stage, node, "inSnapshot", kept);
    unwatch();
    expect(before.length).toBeGreaterThan(0);
    expect(fallen.cause).toBe("the process ends: inSnapshot");
    const { recovered } = stage.of("started").at(-1) ?? {};
    expect(snapshots.some((name) => name.startsWith(`${recovered?.snapshot?.index}-`))).toBe(true);
    expect(stage.finish()).toEqual([]);
  });

  test("in a compaction: the segment still exists, and the log begins at a valid place", () => {
    const stage = busy();
    const node = stage.follower();
    const fallen = fallAt(stage, node, "inCompaction", kept);
    expect(fallen.cause).toBe("the process ends: inCompaction");
    const first = firstFileOf(fallen.fell);
    expect(first).toBe(firstFileOf(fallen.synced));
    expect(fallen.found).toBe(fallen.had);
    stage.run(200);
    expect(firstFileOf(logOf(stage.world.disk(node)))).not.toBe(first);
    expect(stage.finish()).toEqual([]);
  });

  test("in recovery: the node has not started, and the next process starts as this one would have", () => {
    const stage = busy();
    const { world } = stage;
    const node = stage.follower();
    world.crash(node, "a test", undefined);
    const from = stage.happened.length;
    const log = logOf(world.disk(node));
    world.crashAt(node, "inRecovery", kept);
    world.start(node);
    world.start(node);
    const told = stage.happened.slice(from).map(({ type }) => type);
    expect(told).toEqual(["ended", "restored", "started"]);
    expect(logOf(world.disk(node))).toBe(log);
    expect(stage.finish()).toEqual([]);
  });
});

test("a cancelled point ends no process", () => {
  const stage = busy();
  const node = stage.follower();
  const callOff = stage.world.crashAt(node, "afterSave", undefined);
  callOff();
  callOff();
  stage.run(500);
  expect(stage.of("ended")).toEqual([]);
});

test("each armed point ends one process, and only that of its node", () => {
  const stage = busy();
  const node = stage.follower();
  stage.world.crashAt(node, "afterSave", undefined);
  stage.world.crashAt(node, "afterSave", undefined);
  for (let falls = 1; falls <= 2; falls += 1) {
    stage.until("the end of the process", () => !stage.world.isRunning(node));
    stage.world.start(nodeId(node));
  }
  stage.run(500);
  expect(stage.of("ended").map((each) => each.node)).toEqual([node, node]);
  expect(stage.finish()).toEqual([]);
});
