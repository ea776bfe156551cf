/** Random damage of all disks: whatever is intact on one of them is served, and nothing else ever is. */
import { expect, test } from "vitest";
import { damaged, drawDamage, drawFrom, textOfDamage, type Files } from "../../trials/damage.ts";
import { intactOf, prospectOf } from "../../trials/intact.ts";
import { NODES } from "../support/actors.ts";
import { DiskCluster } from "../support/disk-cluster.ts";

const TEXTS = Array.from({ length: 24 }, (_, at) => `command ${at + 1} ${"x".repeat(at * 7)}`);

/** A cluster that has committed some commands under several leaders, and is stopped. */
function stopped(seed: number): { cluster: DiskCluster; last: number } {
  const draw = drawFrom(seed);
  const policy = { entries: draw.below(2) === 0 ? Infinity : 6 + draw.below(10), bytes: Infinity };
  const segmentBytes = [1, 600, 2000, 100_000][draw.below(4)] ?? 1;
  const cluster = new DiskCluster({ policy, segmentBytes, keptEntries: draw.below(8) });
  cluster.start();
  for (let at = 0; at < TEXTS.length; ) {
    const leader = NODES[draw.below(3)];
    if (leader !== undefined && leader !== cluster.leader) cluster.elect(leader);
    const count = 1 + draw.below(9);
    cluster.propose(...TEXTS.slice(at, at + count));
    at += count;
  }
  cluster.settle();
  const last = Number(cluster.node(NODES[0]).actor.log.lastIndex);
  cluster.stop();
  return { cluster, last };
}

type Outcome = "served" | "refused" | string;

/** One trial. Returns what is wrong, or how it ended. */
function trial(seed: number): Outcome {
  const { cluster, last } = stopped(seed);
  const before = NODES.map((id) => cluster.files(id) as Files);
  const damage = drawDamage(drawFrom(seed + 1_000_000), before);
  const after = before.map((files, node) =>
    damaged(files, damage.filter((one) => one.node === node)),
  );
  const prospect = prospectOf(after.map((files, node) => intactOf(before[node] ?? {}, files)), last);
  for (const [node, id] of NODES.entries()) cluster.damage(id, () => ({ ...after[node] }));
  cluster.start();
  const isServed = cluster.settle();
  const wrong = NODES.flatMap((id) => {
    const { applied } = cluster.node(id).journal;
    return applied.every((text, at) => text === TEXTS[at]) ? [] : [`${id} applied ${applied.join()}`];
  });
  const about = `seed ${seed}: ${textOfDamage(damage)}`;
  if (wrong.length > 0) return `${about}: ${wrong.join("; ")}`;
  if (isServed) {
    const all = NODES.every((id) => cluster.node(id).journal.applied.length === TEXTS.length);
    return all ? "served" : `${about}: acknowledged commands are gone`;
  }
  if (process.env["DBG"]) {
    for (const [node, id] of NODES.entries()) {
      const { actor, recovered } = cluster.node(id);
      const { salvage } = recovered;
      console.log(id, recovered.damage, "live", actor.log.firstIndex, actor.log.lastIndex, "state", JSON.stringify({ ...actor.state, memberships: 0, role: { ...actor.state.role, receiving: actor.state.role.type === "follower" ? actor.state.role.receiving : 0 } }), "\nsalvage", JSON.stringify(salvage?.logs.map(({ pieces, marks }) => [pieces.map((p) => p.map((e) => `${e.index}@${e.term}`).join(" ")), marks.map((m) => `${m.index}@${m.term}`).join(" ")])), JSON.stringify(salvage?.snapshots.map(({ index, size, checksum }) => [index, size, checksum])));
      const it = intactOf(before[node] ?? {}, after[node] ?? {});
      console.log("intact", [...it.entries].map(([a, b]) => `${a}@${b}`).join(" "), [...it.snapshots].map(([n, x]) => `${n} ${x.isKnown} ${x.isIntact.join()}`).join("; "), Object.keys(after[node] ?? {}).join());
    }
  }
  if (cluster.leader !== undefined) return `${about}: it has a leader, and does not settle`;
  return prospect.type === "lost" ? "refused" : `${about}: all is intact, and not served`;
}

test("of three nodes", () => {
  const [first = 1, count = 60] = (process.env["KONTIKI_DAMAGE_TRIALS"] ?? "1:60").split(":").map(Number);
  const ends = new Map<string, number>();
  for (let seed = first; seed < first + count; seed += 1) {
    const end = trial(seed);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  const wrong = [...ends.keys()].filter((end) => end !== "served" && end !== "refused");
  console.log(ends.get("served"), ends.get("refused"), wrong.length);
  expect(wrong.slice(0, 12)).toEqual([]);
}, 6_000_000);
