import {
  initialMembership,
  nodeId,
  term,
  type Entry,
  type Index,
  type Membership,
} from "@kontiki/core";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DataDirectoryError,
  openDataDirectory,
} from "../../../packages/actors/src/directory/data-directory.ts";
import { KontikiError } from "../../../packages/actors/src/errors.ts";
import { FileDisk } from "../../../packages/actors/src/storage/disk/file-disk.ts";
import { openStorage } from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import { PROCESSES } from "../../../packages/actors/src/directory/processes.ts";
import {
  openLostCluster,
  type LostCluster,
} from "../../../packages/actors/src/directory/recover-directory.ts";
import type { Recovered } from "../../../packages/actors/src/storage/storage.ts";
import type { SurveyedNode } from "../../../packages/actors/src/directory/survey.ts";
import type { SystemCalls } from "../../../packages/actors/src/storage/disk/system-calls.ts";
import { PowerLoss, temporaryFolder, watchedCalls } from "../support/storage/disks.ts";
import { N1, N2, N3, NODES, QUICK } from "../support/data-directories.ts";

const ASIDE = ["n1.removed-1", "n2.removed-1", "n3.removed-1"];
/** Far more than is needed, for a machine that is busy with other work. */
const SLOW = { timeout: 60_000 };

const at = (value: number): Index => value as Index;

/** Entries 1 to 3, of these terms. */
function noops(...terms: number[]): Entry<Uint8Array>[] {
  return terms.map((value, before) => ({
    type: "noop",
    index: at(before + 1),
    term: term(value),
  }));
}

function fill(path: string, node: string, entries: Entry<Uint8Array>[], inTerm: number): void {
  const { storage } = openStorage(new FileDisk(join(path, node), QUICK.calls));
  storage.saveHardState({ term: term(inTerm), votedFor: undefined });
  // One batch per entry: a batch after a damaged one proves that it was durable.
  for (const entry of entries) {
    storage.append([entry]);
    storage.flush();
    storage.sync();
  }
  storage.close();
}

/** A directory of three nodes: n2 is the most up to date, n1 has the longest log and the latest term. */
function newDirectory(): string {
  const path = join(temporaryFolder(), "data");
  openDataDirectory(path, [N1, N2, N3], QUICK).close();
  fill(path, "n1", noops(1, 1, 1), 4);
  fill(path, "n2", noops(1, 2), 3);
  fill(path, "n3", noops(1), 3);
  return path;
}

function logOf(path: string, node: string): Recovered {
  const { storage, recovered } = openStorage(new FileDisk(join(path, node), QUICK.calls));
  storage.close();
  return recovered;
}

function alone(uid: number): Membership {
  return { ...initialMembership([N2]), uids: { [N2]: uid }, lastUid: uid };
}

function using<T>(path: string, use: (lost: LostCluster) => T, calls = QUICK.calls): T {
  const lost = openLostCluster(path, { calls, processes: PROCESSES });
  try {
    return use(lost);
  } finally {
    lost.close();
  }
}

function filesOf(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => /\.(json|wal)$/.test(name));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(path, name), "latin1")]));
}

/** Flips a bit in the middle of a node's log. */
function damage(path: string, node: string): void {
  const file = join(path, node, "0000000001.wal");
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(file, bytes);
}

const readable = (node: typeof N1, inTerm: number, index: number, last: number): SurveyedNode => ({
  type: "readable",
  node,
  term: term(inTerm),
  lastIndex: at(index),
  lastTerm: term(last),
  damage: undefined,
  endedAt: undefined,
  salvaged: [],
});

describe("inspecting what is left", () => {
  test("compares the nodes, names the most up-to-date one (§5.4.1), and changes nothing", () => {
    const path = newDirectory();
    const before = filesOf(path);
    const { nodes, best } = using(path, (lost) => lost);
    expect(nodes).toEqual([readable(N1, 4, 3, 1), readable(N2, 3, 2, 2), readable(N3, 3, 1, 1)]);
    expect(best).toBe(N2);
    expect(filesOf(path)).toEqual(before);
  });

  test("reports which nodes cannot be read and which were damaged, and repairs nothing", () => {
    const path = newDirectory();
    rmSync(join(path, "n3"), { recursive: true });
    damage(path, "n1");
    const before = filesOf(path);
    const { nodes, best } = using(path, (lost) => lost);
    expect(nodes).toMatchObject([
      { type: "readable", node: N1, damage: expect.stringContaining("damaged") as string },
      readable(N2, 3, 2, 2),
      {
        type: "unreadable",
        node: N3,
        why: `${path} has no node n3 that can be read`,
        salvaged: [],
      },
    ]);
    expect(best).toBe(N2);
    expect(filesOf(path)).toEqual(before);
  });

  test("keeps others out meanwhile, and is rejected if there is no cluster", () => {
    const path = newDirectory();
    using(path, () => {
      expect(() => openDataDirectory(path, undefined, QUICK)).toThrow(/in use by this process/);
    });
    const empty = temporaryFolder();
    expect(() => openLostCluster(empty, QUICK)).toThrow(
      new DataDirectoryError(`${empty} holds no cluster`),
    );
  });
});

describe("one node continues alone (force_start_follower_as_single_member)", () => {
  test("by an entry at the end of a copy of its log; all old folders are set aside", () => {
    const path = newDirectory();
    const put = Object.fromEntries(NODES.map((node) => [node, filesOf(join(path, node))]));
    expect(using(path, (lost) => lost.recover(N2))).toEqual({
      node: N2,
      index: 3,
      putAside: ASIDE,
    });
    expect(logOf(path, "n2")).toMatchObject({
      // A term that no node has voted in: n1 has seen term 4.
      hard: { term: 5, votedFor: undefined },
      entries: [...noops(1, 2), { type: "membership", index: 3, term: 5, membership: alone(1) }],
    });
    const directory = openDataDirectory(path, undefined, QUICK);
    expect([directory.voters, directory.nodes]).toEqual([[N1, N2, N3], [N2]]);
    directory.close();
    for (const node of NODES) expect(filesOf(join(path, `${node}.removed-1`))).toEqual(put[node]);
  });

  test("with a new disk, and no uid is assigned again", () => {
    const path = newDirectory();
    const directory = openDataDirectory(path, undefined, QUICK);
    directory.wipeNode(N2);
    directory.close();
    using(path, (lost) => lost.recover(N2));
    expect(logOf(path, "n2")).toMatchObject({
      hard: { term: 5, votedFor: undefined },
      entries: [{ type: "membership", index: 1, term: 5, membership: alone(2) }],
    });
    const again = openDataDirectory(path, undefined, QUICK);
    expect(again.addNode(N1)).toMatchObject({ node: N1, uid: 3, path: join(path, "n1") });
    again.close();
  });

  test("also when the others are gone, and with what is left of a damaged log", () => {
    const path = newDirectory();
    rmSync(join(path, "n1"), { recursive: true });
    damage(path, "n2");
    expect(using(path, (lost) => lost.recover(N2)).putAside).toEqual(ASIDE.slice(1));
    const { horizon, entries } = logOf(path, "n2");
    expect(horizon).toBe(undefined);
    expect(entries.at(-1)).toMatchObject({ type: "membership", membership: alone(1) });
  });

  test("once; a repetition changes nothing", () => {
    const path = newDirectory();
    const first = using(path, (lost) => lost.recover(N2));
    const after = filesOf(path);
    expect(using(path, (lost) => lost.recover(N2))).toEqual({ ...first, putAside: [] });
    expect(filesOf(path)).toEqual(after);
  });

  test.each([
    ["that does not exist", "n9", /^there is no node n9 in .*: there are n1, n2, n3$/],
    ["whose folder is gone", "n1", / has no node n1 that can be read$/],
  ])("but not one %s", (_title, node, message) => {
    const path = newDirectory();
    rmSync(join(path, "n1"), { recursive: true });
    const before = filesOf(path);
    expect(() => using(path, (lost) => lost.recover(node as typeof N1))).toThrow(KontikiError);
    expect(() => using(path, (lost) => lost.recover(node as typeof N1))).toThrow(message);
    expect(filesOf(path)).toEqual(before);
  });
});

test("a crash at any call leaves the cluster as before, or the recovered one", SLOW, () => {
  const seen = new Set<string>();
  const template = newDirectory();
  for (let budget = 0, finished = false; !finished; budget += 1) {
    const path = join(temporaryFolder(), "data");
    cpSync(template, path, { recursive: true });
    let left = Infinity;
    const watched = watchedCalls(() => {
      if (left <= 0) throw new PowerLoss();
      left -= 1;
    });
    const calls: SystemCalls = { ...watched, fdatasyncSync: () => {}, fsyncSync: () => {} };
    const lost = openLostCluster(path, { calls, processes: PROCESSES });
    left = budget;
    try {
      lost.recover(N2);
      finished = true;
    } catch (cause) {
      expect(cause).toBeInstanceOf(PowerLoss);
    }
    left = Infinity;
    lost.close();
    // A start or another recovery may come next.
    if (budget % 2 === 0) seen.add(whatOpens(path));
    using(path, (again) => again.recover(N2));
    expect(whatOpens(path)).toBe("n2");
    expect(logOf(path, "n2").entries.slice(0, 2)).toEqual(noops(1, 2));
    expect(logOf(path, "n2").entries.at(-1)).toMatchObject({ membership: alone(1) });
    for (const node of NODES)
      expect(filesOf(join(path, `${node}.removed-1`))).toEqual(filesOf(join(template, node)));
    const names = readdirSync(path).filter((name) => !/^(lock|.*tmp$)/.test(name));
    expect(names).toEqual(["cluster.json", "n1.removed-1", "n2", "n2.removed-1", "n3.removed-1"]);
  }
  expect(seen).toEqual(new Set(["n1 n2 n3", "n2"]));
});

/** The nodes that the next start of the directory would run. Three of them have their old log. */
function whatOpens(path: string): string {
  const directory = openDataDirectory(path, undefined, QUICK);
  const faults = directory.disks().filter(({ fault }) => fault !== undefined);
  directory.close();
  expect(faults).toEqual([]);
  if (directory.nodes.length === 3) expect(logOf(path, "n2").entries).toEqual(noops(1, 2));
  return directory.nodes.join(" ");
}

describe("all disks together", () => {
  const PARTS = ["a", "b", "c"].map((text) => Buffer.alloc(5000, text));

  /** n1 and n2 have the same snapshot up to entry 2 and nothing before it; n3 has the entries from 1 on. */
  function withSnapshots(): string {
    const path = join(temporaryFolder(), "data");
    openDataDirectory(path, NODES, QUICK).close();
    fill(path, "n3", noops(1, 1, 2, 2), 2);
    for (const [node, entries] of Object.entries({ n1: [], n2: noops(1, 1, 2).slice(2) })) {
      const opened = openStorage(new FileDisk(join(path, node), QUICK.calls));
      const writer = opened.snapshots.begin({ index: at(2), term: term(1) }, THREE);
      for (const part of PARTS) writer.write(part);
      writer.finish();
      opened.storage.saveHardState({ term: term(2), votedFor: undefined });
      opened.storage.reset({ index: at(2), term: term(1) });
      opened.storage.append(entries);
      opened.storage.flush();
      opened.storage.sync();
      opened.storage.close();
    }
    return path;
  }

  const THREE = initialMembership(NODES);

  /** Flips a bit of the snapshot, in the middle of this part. */
  function damageSnapshot(path: string, node: string, text: string): void {
    const folder = join(path, node);
    const name = readdirSync(folder).find((one) => one.endsWith(".snapshot")) ?? "";
    const bytes = readFileSync(join(folder, name));
    const middle = bytes.indexOf(text.repeat(100)) + 50;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    writeFileSync(join(folder, name), bytes);
  }

  test.each<[string, (path: string) => void]>([
    ["intact on two disks", () => {}],
    ["damaged on one disk", (path) => damageSnapshot(path, "n1", "a")],
    [
      "damaged on both disks, in different parts",
      (path) => {
        damageSnapshot(path, "n1", "a");
        damageSnapshot(path, "n2", "c");
      },
    ],
  ])("give a snapshot that is %s, and the entries after it", (_title, spoil) => {
    const path = withSnapshots();
    spoil(path);
    const before = filesOf(path);
    using(path, (lost) => {
      expect(lost.plan()).toEqual({
        snapshot: 2,
        entries: [{ from: 3, to: 4, disk: "n3" }],
        lastIndex: 4,
        lastTerm: 2,
        lost: undefined,
        leftOut: [],
      });
      expect(filesOf(path)).toEqual(before);
      expect(lost.merge(N2)).toEqual({ node: N2, index: 5, putAside: ASIDE });
    });
    const { storage, snapshots, recovered } = openStorage(new FileDisk(join(path, "n2")));
    storage.close();
    const { snapshot } = recovered;
    expect(snapshot).toMatchObject({ index: 2, term: 1, membership: THREE });
    expect([...(snapshot === undefined ? [] : snapshots.parts(snapshot))].map(String)).toEqual(
      PARTS.map(String),
    );
    expect(recovered.entries).toEqual([
      ...noops(1, 1, 2, 2).slice(2),
      { type: "membership", index: 5, term: 3, membership: alone(1) },
    ]);
    expect(openDataDirectory(path, undefined, QUICK).nodes).toEqual([N2]);
  });

  test("include the folders of nodes that were wiped with damage, and those without a node.json", () => {
    const path = newDirectory();
    const directory = openDataDirectory(path, undefined, QUICK);
    directory.wipeNode(N2, true);
    directory.close();
    rmSync(join(path, "n3", "node.json"));
    using(path, (lost) => {
      expect(lost.nodes[2]).toMatchObject({
        type: "readable",
        lastIndex: 1,
        damage: "its node.json is lost or damaged",
      });
      expect(lost.plan()).toMatchObject({
        entries: [{ from: 1, to: 2, disk: "n2.damaged-1" }],
        lastTerm: 2,
        leftOut: [{ from: 2, to: 3, disk: "n1", why: "another log" }],
      });
    });
  });

  test("need a node that exists, and a disk that can be read", () => {
    const path = newDirectory();
    expect(() => using(path, (lost) => lost.merge(nodeId("n9")))).toThrow(
      /^there is no node n9 in .*: there are n1, n2, n3$/,
    );
    for (const node of NODES) rmSync(join(path, node), { recursive: true });
    expect(() => using(path, (lost) => lost.merge())).toThrow(/^no disk in .* can be read$/);
  });
});
