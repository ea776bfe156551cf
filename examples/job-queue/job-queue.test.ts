import { expect, test, type Session } from "@kontiki/testing/vitest";
import { JobQueue, type JobCommand, type JobResult, type Lease } from "./job-queue.ts";

type Sim = Session<JobCommand, JobResult>;

const JOBS = Array.from({ length: 12 }, (_, at) => `job-${at + 1}`);
const LEASE_MS = 300;

const OPTIONS = {
  nodes: 3,
  machine: () => new JobQueue(),
  cluster: { snapshotEntries: 10, keptEntries: 0 },
  nemesis: { faults: ["crash", "partition"], swarm: false, every: "200ms..600ms" },
  workload: { clients: 0, timeout: "250ms" },
  seeds: 4,
} as const;

test.sim("each job is completed exactly once", OPTIONS, async (sim) => {
  const completed: string[] = [];
  for (const job of JOBS) await surely(sim, { type: "enqueue", job });
  await Promise.all([
    work(sim, 20, completed),
    work(sim, 50, completed),
    work(sim, 2 * LEASE_MS, completed), // too slow: its leases end while it works
    expireLeases(sim),
  ]);
  expect(completed.toSorted()).toEqual(JOBS.toSorted());
});

/** A worker takes a job, does it, and reports it. The queue decides whether that counts. */
async function work(sim: Sim, workMs: number, completed: string[]): Promise<void> {
  while (await isWorkLeft(sim)) {
    const taken = await sim.propose({ type: "take", now: sim.now, leaseMs: LEASE_MS });
    await sim.sleep(workMs);
    // If a job was taken and the answer was lost, its lease will end.
    if (taken.type !== "ok" || taken.value === null) continue;
    const { job, lease } = taken.value as Lease;
    if (await surely(sim, { type: "complete", job, lease })) completed.push(job);
  }
}

/** Time reaches the queue only in commands: a client has to send it. */
async function expireLeases(sim: Sim): Promise<void> {
  while (await isWorkLeft(sim)) {
    await sim.propose({ type: "expire", now: sim.now });
    await sim.sleep(LEASE_MS / 3);
  }
}

async function isWorkLeft(sim: Sim): Promise<boolean> {
  return (await surely(sim, { type: "left" })) !== 0;
}

/** Asks until an answer comes. Asking twice is safe: each of these commands does nothing the second time. */
async function surely(sim: Sim, command: JobCommand): Promise<JobResult> {
  for (;;) {
    const outcome = await sim.propose(command);
    if (outcome.type === "ok") return outcome.value;
  }
}
