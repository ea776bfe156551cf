import type { Report } from "../claims/report.ts";
import { agree, type Attempt } from "./agree.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";
import { machineTime, type MachineTime } from "./pace.ts";

/** A cluster that is well agrees within this time, in ms, on a machine that has little else to do: until then nothing is measured. */
const SOON_MS = 1_000;

/** How long to wait at least before the pace is looked at again, in ms. */
const LOOK_MS = 500;

/** How many times `settleMs` to wait at most, for a machine that gives only a part of the time. */
const TIMES = 4;

/** How a run has settled. */
export type Settled = {
  /** A digest of the common state; undefined when the nodes do not agree. */
  readonly digest?: string | undefined;
  /** Why it is not known whether they would agree. */
  readonly doubt?: string | undefined;
};

/**
 * Waits until all nodes agree and have the same state. A healed cluster must elect a leader, converge and answer.
 *
 * That holds only while messages take far less than an election timeout (dissertation 3.9), which a machine that has too much to
 * do does not keep. So the time counts that the machine gave, and a cluster that was given too little is in doubt.
 *
 * @param settleMs how long that may take, if the machine gives all the time. It may take four times as long if not.
 * @param report gets the violation of a cluster that had that time.
 */
export async function settle(
  cluster: ClusterUnderTest,
  settleMs: number,
  report: Report,
  time: MachineTime = machineTime,
): Promise<Settled> {
  const began = time.now();
  const soon = await agree(cluster, Math.min(SOON_MS, settleMs), time);
  const { attempt, givenMs } =
    soon.type === "late"
      ? await agreeAtPace(cluster, settleMs, time)
      : { attempt: soon, givenMs: 0 };
  if (attempt.type === "agreed") return { digest: attempt.digest };
  if (attempt.type === "broken") return {};
  const passedMs = Math.round(time.now() - began);
  const text = `${passedMs} ms after all faults had ended: ${attempt.why}: ${standing(cluster)}`;
  if (attempt.type === "late" && givenMs < settleMs) {
    const gave = `it gave ${Math.round(givenMs)} ms of the ${settleMs} ms to settle`;
    return {
      doubt: `the machine was too busy to tell whether the cluster is live: ${gave}: ${text}`,
    };
  }
  report({ check: "liveness", text });
  return {};
}

/** Waits until the nodes agree, or the machine has given the time, or it has taken too long to do so. */
async function agreeAtPace(
  cluster: ClusterUnderTest,
  settleMs: number,
  time: MachineTime,
): Promise<{ readonly attempt: Attempt; readonly givenMs: number }> {
  const until = time.now() + TIMES * settleMs;
  const pace = time.openPace();
  try {
    for (;;) {
      const leftMs = Math.max(1, Math.min(settleMs - pace.givenMs, until - time.now()));
      const attempt = await agree(cluster, Math.max(Math.min(LOOK_MS, settleMs), leftMs), time);
      const { givenMs } = pace;
      if (attempt.type !== "late" || givenMs >= settleMs || time.now() >= until)
        return { attempt, givenMs };
    }
  } finally {
    await pace.close();
  }
}

/** The state of all nodes, in one line. */
function standing(cluster: ClusterUnderTest): string {
  return cluster
    .status()
    .map(({ id, life, raft }) =>
      raft === undefined
        ? `${id} is ${life.type}`
        : `${id} is ${raft.role} of term ${raft.term} with ${raft.applied} of ${raft.last} entries applied`,
    )
    .join(", ");
}
