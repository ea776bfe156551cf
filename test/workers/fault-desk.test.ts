import { FaultDesk } from "@kontiki/testing";
import type { Cluster } from "@kontiki/actors";
import { expect, onTestFinished, test } from "vitest";
import { commonLog, nextEvent, PATIENT, put, shared, start, valueOf } from "./support/clusters.ts";

const PATIENT_POLL = { timeout: PATIENT.timeoutMs };

const three = shared(() => ({ nodes: 3, faults: true }));

/** A desk of this test alone. */
async function openDesk(cluster: Cluster): Promise<FaultDesk> {
  const desk = await FaultDesk.open(cluster as Cluster<unknown, unknown>);
  onTestFinished(() => desk.close());
  return desk;
}

/** The cluster of three nodes, when it is whole and has a command more, and a desk. */
async function withDesk(): Promise<{ readonly cluster: Cluster; readonly desk: FaultDesk }> {
  const cluster = three();
  valueOf(await cluster.propose(put("a", "1")));
  await cluster.converged(PATIENT);
  return { cluster, desk: await openDesk(cluster) };
}

test("a partition deposes a leader, is in the ledger, and is healed", async () => {
  const { cluster, desk } = await withDesk();
  const old = await cluster.leader(PATIENT);
  const others = cluster.nodeIds.filter((id) => id !== old);
  const next = nextEvent(cluster, "leader", ({ node }) => node !== old);
  const begun = await desk.inject({ partition: [[old], others] });
  expect(begun).toMatchObject({ id: 1, nodes: [old], fault: { type: "partition" } });
  expect(desk.inForce).toEqual([begun]);
  const cut = others.flatMap((other) => [`${old}>${other}`, `${other}>${old}`]);
  expect(desk.cuts.toSorted()).toEqual(cut.toSorted());
  await next;
  valueOf(await cluster.propose(put("b", "2")));
  expect(await desk.heal(({ id }) => id === 1)).toEqual([begun]);
  expect([desk.inForce, desk.cuts]).toEqual([[], []]);
  await commonLog(cluster);
});

test("a fault with a time ends by itself, and a crash is over at once", async () => {
  const { cluster, desk } = await withDesk();
  const follower = cluster.nodeIds.find((id) => id !== cluster.status()[0]?.raft?.leader) ?? "";
  await desk.inject({ pause: follower, for: "100ms" });
  await expect.poll(() => desk.inForce, PATIENT_POLL).toEqual([]);
  const { restarts } = cluster.node(follower).status();
  const started = nextEvent(cluster, "started", ({ node }) => node === follower);
  await desk.inject({ crash: { node: follower, kept: "torn", down: 0 } });
  await started;
  expect(desk.inForce).toEqual([]);
  await commonLog(cluster);
  // The desk has kept it down, and started it again.
  expect(cluster.node(follower).status().restarts).toBe(restarts + 1);
});

test("rot is found at the restart that ends it, and repaired from other nodes", async () => {
  const { cluster, desk } = await withDesk();
  for (let count = 0; count < 20; count += 1) valueOf(await cluster.propose(put("a", `${count}`)));
  const { nodes } = await desk.inject({ bitRot: "follower" });
  const [struck] = nodes;
  const other = cluster.nodeIds.find((id) => id !== struck) ?? "";
  await expect(cluster.node(other).wipe()).rejects.toThrow(
    new RegExp(
      `^without the disk of ${other} only 1 of 3 .*, because that of ${struck} is damaged`,
    ),
  );
  const trouble = nextEvent(cluster, "trouble", ({ node }) => node === struck);
  await desk.heal(() => true);
  expect((await trouble).what).toMatch(/the log is damaged/);
  await commonLog(cluster);
});

test("faults of one owner are undone when it is gone, and all at the end", async () => {
  const { cluster, desk } = await withDesk();
  const [one, other] = [{}, {}];
  await desk.inject({ pause: "n1" }, one);
  await desk.inject({ stallDisk: "n2" }, other);
  await desk.inject({ loss: { share: 1, from: "n1", to: "n3" } }, one);
  await desk.inject({ drift: { node: "n3", rate: 1.05 } }, one);
  desk.disown(other);
  await desk.healOf(one);
  expect(desk.inForce).toMatchObject([{ fault: { type: "stallDisk" } }]);
  await desk.healOf(other);
  expect(desk.inForce).toHaveLength(1);
  await desk.close();
  expect(desk.inForce).toEqual([]);
  await commonLog(cluster);
});

test("what is no fault, or not possible now, is refused in one line, and leaves nothing in the ledger", async () => {
  const { desk } = await withDesk();
  const refusals = [
    [{ partition: "spiral" }, /^partition.shape is 'spiral': /],
    [{ loss: "10%", pause: "n1" }, /^pause is a second fault after loss: give each its own entry$/],
    [{ pause: "n9" }, "pause is not possible now: there is no n9"],
    [{ pause: "n1", when: "elected" }, "a fault that is injected now waits for no moment"],
    [{ wipe: "n1" }, /^wipe is not possible here: it changes members or replaces a disk/],
    [{ reshape: {} }, /^reshape is not possible here: it changes members or replaces a disk/],
  ] as const;
  for (const [written, message] of refusals)
    await expect(desk.inject(written)).rejects.toThrow(message);
  expect(desk.inForce).toEqual([]);
  const one = await start({ nodes: 1, faults: true });
  valueOf(await one.propose(put("a", "1")));
  const alone = await openDesk(one);
  const refused = (): Promise<unknown> =>
    alone.inject({ bitRot: "n1" }).catch(({ message }: Error) => message);
  // The desk may see what a disk in memory has later than the client sees the answer.
  await expect
    .poll(refused, PATIENT_POLL)
    .toBe("bitRot is not possible now: of 1 voters at most 0 may lose a disk, and 0 are not whole");
  expect(alone.inForce).toEqual([]);
});

test("a node that was wiped before counts with its new disk", async () => {
  const cluster = three();
  await cluster.node("n3").wipe(PATIENT);
  for (let count = 0; count < 40; count += 1) valueOf(await cluster.propose(put("a", `${count}`)));
  await cluster.converged(PATIENT);
  const desk = await openDesk(cluster);
  const { nodes } = await desk.inject({ scatter: { node: "all", ranges: 1 } });
  expect(nodes).toEqual(["n1", "n2", "n3"]);
  await cluster.converged(PATIENT);
});

test("faults of a node that was removed meanwhile end with it", async () => {
  const { cluster, desk } = await withDesk();
  await cluster.addNode("n4", PATIENT);
  for (const fault of [
    { diskFull: "n4" },
    { drift: { node: "n4", rate: 1.1 } },
    { misdirect: "n4" },
    { pause: "n4" },
    { crash: { node: "n4", point: "inSnapshot" } },
  ])
    await desk.inject(fault);
  await cluster.removeNode("n4", PATIENT);
  await desk.heal(() => true);
  expect(desk.inForce).toEqual([]);
  await commonLog(cluster);
});

test("all disks may rot, while each entry that is lost is on another one", async () => {
  const { cluster, desk } = await withDesk();
  for (let count = 0; count < 40; count += 1) valueOf(await cluster.propose(put("a", `${count}`)));
  await cluster.converged(PATIENT);
  const damaged = (node: string): number => cluster.faults.counts(node)["recoveries.damaged"];
  const before = cluster.nodeIds.map(damaged);
  const { nodes } = await desk.inject({ scatter: { node: "all", ranges: 2 } });
  expect(nodes).toEqual(["n1", "n2", "n3"]);
  await cluster.converged(PATIENT);
  expect(valueOf(await cluster.get("a", PATIENT))).toBe("39");
  expect(nodes.map(damaged)).toEqual(before.map((count) => count + 1));
});
