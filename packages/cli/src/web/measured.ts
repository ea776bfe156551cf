import type { ProgramCluster } from "../launch/cluster.ts";
import type { Figures } from "../view/live.ts";

/** Of more calls in a second than this only the first are measured. */
const CALLS_MAX = 100_000;

/** Counts what a cluster does, second by second; a second may be longer while the process has much to do. */
export class Measured {
  /** The cluster, whose proposals and reads are timed. */
  readonly cluster: ProgramCluster;
  readonly #now: () => number;
  #tookMs: number[] = [];
  #elections = 0;
  #commit = 0;
  /** When figures were taken last, in ms. */
  #takenAt: number;
  readonly #stop: () => void;

  /** @param now in ms from the beginning of the recording. */
  constructor(cluster: ProgramCluster, now: () => number) {
    this.#now = now;
    this.#takenAt = now();
    this.cluster = timed(cluster, (call) => this.#time(call));
    this.#commit = commitOf(cluster);
    const onEvent = ({ type }: { readonly type: string }): void => {
      if (type === "leader") this.#elections += 1;
    };
    cluster.events.on("event", onEvent);
    this.#stop = () => void cluster.events.off("event", onEvent);
  }

  /** The figures since the last call. */
  take(): Figures {
    const tookMs = this.#tookMs.toSorted((one, other) => one - other);
    const commit = Math.max(this.#commit, commitOf(this.cluster));
    const at = this.#now();
    const seconds = Math.max(at - this.#takenAt, 1) / 1000;
    const figures = {
      at,
      commits: perSecond(commit - this.#commit, seconds),
      calls: tookMs.length,
      p50: tookMs[Math.floor(tookMs.length * 0.5)],
      p99: tookMs[Math.floor(tookMs.length * 0.99)],
      elections: perSecond(this.#elections, seconds),
    };
    this.#takenAt = at;
    this.#tookMs = [];
    this.#elections = 0;
    this.#commit = commit;
    return figures;
  }

  stop(): void {
    this.#stop();
  }

  async #time<T>(call: Promise<T>): Promise<T> {
    const begun = this.#now();
    try {
      return await call;
    } finally {
      if (this.#tookMs.length < CALLS_MAX) this.#tookMs.push(this.#now() - begun);
    }
  }
}

/** Rounded to a tenth: a second of a timer is a little longer. */
function perSecond(count: number, seconds: number): number {
  return Math.round((count / seconds) * 10) / 10;
}

function commitOf(cluster: Pick<ProgramCluster, "status">): number {
  return Math.max(0, ...cluster.status().map(({ raft }) => raft?.commit ?? 0));
}

function timed(cluster: ProgramCluster, time: <T>(call: Promise<T>) => Promise<T>): ProgramCluster {
  return {
    events: cluster.events,
    get nodeIds() {
      return cluster.nodeIds;
    },
    addNode: (...given) => cluster.addNode(...given),
    converged: (...given) => cluster.converged(...given),
    hostOf: (id) => cluster.hostOf(id),
    leader: (...given) => cluster.leader(...given),
    members: (...given) => cluster.members(...given),
    metrics: () => cluster.metrics(),
    node: (id) => cluster.node(id),
    otherHosts: (...given) => cluster.otherHosts(...given),
    openFaults: () => cluster.openFaults(),
    promote: (...given) => cluster.promote(...given),
    propose: (...given) => time(cluster.propose(...given)),
    proposeAll: (...given) => time(cluster.proposeAll(...given)),
    read: (...given) => time(cluster.read(...given)),
    removeNode: (...given) => cluster.removeNode(...given),
    status: () => cluster.status(),
    stop: (...given) => cluster.stop(...given),
    transfer: (...given) => cluster.transfer(...given),
    watchApplied: (listener) => cluster.watchApplied(listener),
    whyNoLeader: () => cluster.whyNoLeader(),
  };
}
