/**
 * Nodes whose disks are damaged at different places repair each other: entries and parts of snapshots that are intact on one
 * disk are enough (Alagappan et al., FAST '18).
 */
import { describe, expect, test } from "vitest";
import { DamagedLogError } from "../../../packages/actors/src/storage/wal/log-errors.ts";
import { PROMISE_NAME } from "../../../packages/actors/src/storage/wal/promise.ts";
import { n1, n2, n3, NODES } from "../support/actors.ts";
import { DiskCluster } from "../support/disk-cluster.ts";
import { flipped, without, type Files } from "../support/storage/damage.ts";
import { placesIn } from "../support/storage/truth.ts";

const TEXTS = Array.from({ length: 12 }, (_, at) => `command ${at + 1}`);

/** A cluster that has committed some commands under three leaders, and is stopped. */
function stopped(options: ConstructorParameters<typeof DiskCluster>[0] = {}): DiskCluster {
  const cluster = new DiskCluster(options);
  cluster.start();
  for (const [at, id] of NODES.entries()) {
    cluster.elect(id);
    cluster.propose(...TEXTS.slice(4 * at, 4 * at + 4));
  }
  expect(cluster.settle()).toBe(true);
  cluster.stop();
  return cluster;
}

/** Damages the batch that holds a text. */
function losing(text: string): (files: Files) => Files {
  return (files) => {
    const place = [...placesIn(files).values()].find(({ name, offset, end }) =>
      Buffer.from(files[name]?.subarray(offset, end) ?? []).includes(`${text}`),
    );
    if (place === undefined) throw new Error(`there is no ${text}`);
    return { ...files, [place.name]: flipped(files[place.name], place.end - 1) };
  };
}

function appliedBy(cluster: DiskCluster): readonly (readonly string[])[] {
  return NODES.map((id) => cluster.node(id).journal.applied);
}

describe("one entry is damaged on each of three disks, each time another", () => {
  test.each([
    ["of the same term", ["command 2", "command 3", "command 4"]],
    ["of different terms", ["command 2", "command 6", "command 10"]],
    ["at the end", ["command 12", "command 11", "command 10"]],
  ])("%s: all are served", (_title, lost) => {
    const cluster = stopped();
    for (const [at, id] of NODES.entries()) cluster.damage(id, losing(`${lost[at]}`));
    cluster.start();
    for (const id of NODES) expect(cluster.node(id).recovered.horizon).toBeDefined();
    expect(cluster.settle()).toBe(true);
    expect(appliedBy(cluster)).toEqual([TEXTS, TEXTS, TEXTS]);
    cluster.propose("more");
    expect(cluster.settle()).toBe(true);
    expect(appliedBy(cluster)).toEqual(NODES.map(() => [...TEXTS, "more"]));
  });

  test("of an entry that no disk holds, none is served, and the nodes say which it is", () => {
    const cluster = stopped();
    for (const id of NODES) cluster.damage(id, losing("command 6"));
    cluster.start();
    expect(cluster.settle()).toBe(false);
    expect(cluster.leader).toBeUndefined();
    const first = NODES.map((id) => Number(cluster.node(id).actor.log.lastIndex) + 1);
    expect(new Set(first).size).toBe(1);
    for (const id of NODES) {
      const { repair } = cluster.node(id).actor.state;
      expect(Object.values(repair?.answers ?? {})).toEqual(["damaged", "damaged"]);
    }
  });
});

test("half of the entries are damaged on each disk: all are served", () => {
  const cluster = stopped({ segmentBytes: 300 });
  for (const [at, text] of TEXTS.entries())
    for (const id of [NODES[at % 3], NODES[(at + 1) % 3]] as const)
      cluster.damage(id ?? n1, losing(`${text}`.padEnd(at < 9 ? 9 : 10)));
  cluster.start();
  expect(cluster.settle()).toBe(true);
  expect(appliedBy(cluster)).toEqual([TEXTS, TEXTS, TEXTS]);
});

describe("a whole log is gone", () => {
  const isLog = (name: string): boolean => name.endsWith(".wal");

  test("of two nodes, and their promise files are there: the third repairs them", () => {
    const cluster = stopped();
    for (const id of [n1, n3])
      cluster.damage(id, (files) => without(files, ...Object.keys(files).filter(isLog)));
    cluster.start();
    expect(cluster.settle()).toBe(true);
    expect(appliedBy(cluster)).toEqual([TEXTS, TEXTS, TEXTS]);
  });

  test("of a node, with its promise file: it refuses to start", () => {
    const cluster = stopped();
    cluster.damage(n2, (files) =>
      without(files, PROMISE_NAME, ...Object.keys(files).filter(isLog)),
    );
    expect(() => cluster.start([n2])).toThrow(DamagedLogError);
  });
});

describe("snapshots are damaged", () => {
  const options = { policy: { entries: 10, bytes: Infinity }, keptEntries: 0, segmentBytes: 1 };

  /** The names of the snapshots of a stopped node, newest last. */
  const snapshotsOf = (files: Files): readonly string[] =>
    Object.keys(files)
      .filter((name) => name.endsWith(".snapshot"))
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));

  test("all three, each at another part: one is put together of them", () => {
    const cluster = stopped(options);
    const before = NODES.map((id) => cluster.files(id));
    const [name = ""] = snapshotsOf(before[0] ?? {}).slice(-1);
    for (const [at, id] of NODES.entries()) {
      cluster.damage(id, (files) => {
        const older = snapshotsOf(files).filter((one) => one !== name);
        const bytes = Buffer.from(files[name] ?? []);
        expect(bytes).toEqual(Buffer.from(before[0]?.[name] ?? []));
        // One bit in each of the parts that are not this node's.
        const places = partsIn(bytes).filter((_, part) => part % 3 !== at);
        expect(places.length).toBeGreaterThan(1);
        const bad = places.reduce<Uint8Array>((all, place) => flipped(all, place), bytes);
        return { ...without(files, ...older), [name]: bad };
      });
    }
    cluster.start();
    for (const id of NODES) {
      expect(cluster.node(id).recovered.snapshot).toBeUndefined();
      expect(cluster.node(id).recovered.salvage?.snapshots.length).toBe(1);
    }
    expect(cluster.settle()).toBe(true);
    expect(appliedBy(cluster)).toEqual([TEXTS, TEXTS, TEXTS]);
    cluster.stop();
    for (const id of NODES) expect(cluster.files(id)[name]).toEqual(before[0]?.[name]);
  });
});

/** The first byte of each part of a snapshot that is not empty. */
function partsIn(bytes: Buffer): readonly number[] {
  const places: number[] = [];
  let offset = 32 + bytes.readUInt32LE(12);
  while (bytes.readUInt32LE(offset) !== 0xffff_ffff) {
    const length = bytes.readUInt32LE(offset);
    if (length > 0) places.push(offset + 8);
    offset += 8 + length;
  }
  return places;
}
