/** Random damage of all disks: whatever is intact on one of them is served, and nothing else ever is. */
import { expect, test } from "vitest";
import { damaged, drawDamage, drawFrom, textOfDamage } from "../../trials/damage.ts";
import { intactOf, lostOf } from "../../trials/intact.ts";
import { NODES } from "../support/actors.ts";
import { DiskCluster } from "../support/disk-cluster.ts";

const TEXTS = Array.from({ length: 24 }, (_, at) => `command ${at + 1} ${"x".repeat(at * 7)}`);

/** A cluster that has committed some commands under several leaders, and is stopped; and its last entry. */
function stopped(seed: number): readonly [DiskCluster, number] {
  const draw = drawFrom(seed);
  const entries = draw.below(2) === 0 ? Infinity : 6 + draw.below(10);
  const segmentBytes = [1, 600, 2000, 100_000][draw.below(4)] ?? 1;
  const policy = { entries, bytes: Infinity };
  const cluster = new DiskCluster({ policy, segmentBytes, keptEntries: draw.below(8) });
  cluster.start();
  for (let at = 0; at < TEXTS.length;) {
    const leader = NODES[draw.below(3)];
    if (leader !== undefined && leader !== cluster.leader) cluster.elect(leader);
    const count = 1 + draw.below(9);
    cluster.propose(...TEXTS.slice(at, at + count));
    at += count;
  }
  cluster.settle();
  const last = Number(cluster.node(NODES[0]).actor.log.lastIndex);
  cluster.stop();
  return [cluster, last];
}

/** What is wrong with a cluster after damage, or how it ended. `lost` are the entries that no disk holds. */
function endOf(cluster: DiskCluster, lost: readonly number[]): string {
  const isServed = cluster.settle();
  const running = NODES.map((id) => cluster.node(id));
  const isWrong = running.some(({ journal }) =>
    journal.applied.some((text, at) => text !== TEXTS[at]),
  );
  if (isWrong) return "a command is not the one that was acknowledged";
  if (isServed) {
    const isAll = running.every(({ journal }) => journal.applied.length === TEXTS.length);
    return isAll ? "served" : "acknowledged commands are gone";
  }
  if (cluster.leader !== undefined) return "it has a leader, and does not settle";
  if (lost.length === 0) return "all is intact, and not served";
  const named = running.map(({ actor }) => Number(actor.log.lastIndex) + 1);
  return named.some((index) => lost.includes(index)) ? "refused" : `it names ${named.join()}`;
}

function trial(seed: number): string {
  const [cluster, last] = stopped(seed);
  const before = NODES.map((id) => cluster.files(id));
  const damage = drawDamage(drawFrom(seed + 1_000_000), before);
  const intact = NODES.map((id, node) => {
    const ofNode = damage.filter((one) => one.node === node);
    cluster.damage(id, (files) => damaged(files, ofNode));
    return intactOf(before[node] ?? {}, cluster.files(id));
  });
  cluster.start();
  const end = endOf(cluster, lostOf(intact, last));
  const isRight = end === "served" || end === "refused";
  return isRight ? end : `seed ${seed}: ${textOfDamage(damage)}: ${end}`;
}

/** `KONTIKI_DAMAGE_TRIALS=SEED:COUNT` makes others. */
const [first = 1, count = 30] = (process.env["KONTIKI_DAMAGE_TRIALS"] ?? "1:30")
  .split(":")
  .map(Number);

test("of three nodes", () => {
  const ends = Array.from({ length: count }, (_, at) => trial(first + at));
  expect(ends.filter((end) => end !== "served" && end !== "refused")).toEqual([]);
  expect(new Set(ends)).toEqual(new Set(["served", "refused"]));
}, 10_000_000);
