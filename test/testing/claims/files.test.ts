import { openStorage, type Disk, type Recovered } from "@kontiki/actors/node";
import { nodeId, term } from "@kontiki/core";
import { describe, expect, it } from "vitest";
import { UnchangedDisk } from "../../../packages/actors/src/storage/disk/unchanged-disk.ts";
import { createWal } from "../../../packages/actors/src/storage/wal/open-wal.ts";
import { endOfContent } from "../../../packages/actors/src/storage/wal/segment-tail.ts";
import { segmentName } from "../../../packages/actors/src/storage/wal/wal-format.ts";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { DiskWitness } from "../../../packages/testing/src/claims/disk-witness.ts";
import { FileClaims } from "../../../packages/testing/src/claims/file-claims.ts";
import { PlacedEntries } from "../../../packages/testing/src/claims/placed.ts";
import type { SimDisk } from "../../../packages/testing/src/simulation/sim-disk.ts";
import { append, compact, hardState, noop } from "../../actors/support/storage/model.ts";
import { write, writeAll } from "../../actors/support/storage/writing.ts";
import { simDisk } from "../support/sim-disk.ts";

const SNAPSHOT = "2-1.snapshot";

/** A disk with entries 1 to 4, of which a snapshot has the first two, and its witness. */
function node(): { readonly disk: SimDisk; readonly witness: DiskWitness } {
  const { disk } = simDisk();
  createWal(disk);
  const opened = openStorage(disk);
  writeAll(opened, [
    [hardState(1, "n1"), append(noop(1, 1), noop(2, 1), noop(3, 1))],
    [compact(2, 1)],
    [append(noop(4, 1))],
  ]);
  opened.storage.close();
  const witness = new DiskWitness(nodeId("n1"), 0, new PlacedEntries(() => {}));
  witness.files.published(SNAPSHOT, disk.read(SNAPSHOT), true);
  return { disk, witness };
}

function recover(disk: Disk): Recovered {
  const { storage, recovered } = openStorage(disk);
  storage.close();
  return recovered;
}

/** What the claims report of a start that recovered this, and left this. */
function reportsOf(witness: DiskWitness, recovered: Recovered, stored: Disk): readonly string[] {
  const reports: string[] = [];
  const claims = new FileClaims(({ check, text }) => reports.push(`${check}: ${text}`));
  claims.started(witness, recovered, stored);
  return reports;
}

describe("the files that a start leaves", () => {
  it("are what was written", () => {
    const { disk, witness } = node();
    const recovered = recover(disk);
    expect(reportsOf(witness, recovered, disk.device)).toEqual([]);
  });

  it("are durable", () => {
    const { disk, witness } = node();
    const opened = openStorage(disk);
    write(opened, [append(noop(5, 1))]);
    opened.storage.flush();
    const recovered = recover(new UnchangedDisk(disk));
    expect(reportsOf(witness, recovered, disk.device)).toEqual([
      "files: n1 has recovered, but the next start would find another end of the log",
    ]);
  });

  it("lack no end of the log", () => {
    const { disk, witness } = node();
    const recovered = recover(disk);
    const file = disk.open(segmentName(1));
    file.truncate(endOfContent(disk.read(segmentName(1)), 0) - 1);
    file.sync();
    expect(reportsOf(witness, recovered, disk.device)).toEqual([
      "files: n1 has recovered, but the next start would find damage: the log is damaged: simulated:0000000001.wal, byte 263: the last write, which had succeeded, is bad or missing; kept as 0000000001.wal.damaged-1",
    ]);
  });

  it.each<[string, Partial<Recovered>]>([
    ["another term or vote", { hard: { term: term(2), votedFor: nodeId("n2") } }],
    ["another horizon", { horizon: noop(9, 1) }],
    ["another snapshot", { snapshot: undefined }],
    [
      "no entry 5 of term 1",
      { salvage: { logs: [{ pieces: [[noop(5, 1)]], marks: [] }], snapshots: [] } },
    ],
  ])("have %s", (what, found) => {
    const { disk, witness } = node();
    const recovered = { ...recover(disk), ...found };
    expect(reportsOf(witness, recovered, disk.device)).toEqual([
      `files: n1 has recovered, but the next start would find ${what}`,
    ]);
  });

  it("can be read", () => {
    const { disk, witness } = node();
    const recovered = recover(disk);
    for (const name of disk.list()) disk.remove(name);
    expect(reportsOf(witness, recovered, disk.device)).toEqual([
      expect.stringMatching(
        /^files: n1 has recovered, but the next start would fail: the log is damaged/,
      ),
    ]);
  });
});

describe("the file of a snapshot", () => {
  it("that a start takes is what was published, also if no checksum says so", () => {
    const { disk, witness } = node();
    const recovered = recover(disk);
    witness.files.published(SNAPSHOT, disk.read(SNAPSHOT).with(40, 99), true);
    const other = new DiskWitness(nodeId("n1"), 0, new PlacedEntries(() => {}));
    other.files.published(SNAPSHOT, disk.read(SNAPSHOT).with(40, 99), true);
    expect(reportsOf(witness, recovered, disk.device)).toEqual([]);
    expect(reportsOf(other, recovered, disk.device)).toEqual([
      `files: n1 recovers ${SNAPSHOT}, but from byte 40 on it is not the file that was published`,
    ]);
  });

  it("may be damaged by a fault, but not be taken then", () => {
    const { disk, witness } = node();
    const recovered = recover(disk);
    disk.rot("snapshot", new Chance(1), () => true);
    witness.files.damaged(2);
    const [first] = reportsOf(witness, recovered, disk.device);
    expect(first).toMatch(
      /^files: n1 recovers 2-1.snapshot, but from byte \d+ on it is not the file/,
    );
    const without = { ...recovered, snapshot: undefined };
    const [other = ""] = reportsOf(witness, without, disk.device);
    expect(other).not.toContain("published");
  });

  it("that an older one is as well", () => {
    const { disk, witness } = node();
    const opened = openStorage(disk);
    writeAll(opened, [[compact(3, 1)]]);
    opened.storage.close();
    const recovered = recover(disk);
    expect(reportsOf(witness, recovered, disk.device)).toEqual([]);
    witness.files.published("3-1.snapshot", disk.read("3-1.snapshot"), true);
    disk.rot("snapshot", new Chance(1), (loss) => loss.snapshot === 2);
    expect(reportsOf(witness, recovered, disk.device)).toEqual([
      expect.stringMatching(/^files: n1 has 2-1.snapshot, but from byte \d+ on it is not the file/),
    ]);
  });
});
