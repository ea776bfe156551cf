import { CRASH_POINTS, Cluster, type ClusterEvent } from "@kontiki/actors";
import { checkOptions, folder, listOf, oneOf, type Schema } from "@kontiki/actors/node";
import type { CrashPoint } from "../scenario/fault.ts";
import { settle } from "./settle.ts";

const ROLES = ["leader", "follower"] as const;
const LOSSES = ["kill", "power loss", "power loss of all"] as const;

/**
 * What came of one crash. `ok`: the node was back, and everything that was acknowledged was there. `lost`: something was
 * not. `not back`: the nodes did not agree again, or did not answer. `not reached`: the node did not come to the point.
 */
export type MatrixOutcome = "ok" | "lost" | "not back" | "not reached";

/** One crash of the matrix. */
export type MatrixCell = {
  /** Where in its turn the node crashed. */
  readonly point: CrashPoint;
  /** Its role when that was arranged. */
  readonly role: "leader" | "follower";
  /**
   * Whether its thread was killed, its machine lost power with a torn write, or with it the machines of the others lost power
   * and everything that was not synced.
   */
  readonly loss: "kill" | "power loss" | "power loss of all";
  /** What came of it. */
  readonly outcome: MatrixOutcome;
  /** In one line, what is wrong, or what the crash took. */
  readonly what: string;
  /** From the crash until all nodes agreed again, in ms. */
  readonly backMs: number | undefined;
};

/** Options of {@link runCrashMatrix}. */
export type MatrixOptions = {
  /** A folder for the disks, which must not exist yet. */
  readonly dataDir: string;
  /** Which points. Default: all. */
  readonly points?: readonly CrashPoint[] | undefined;
};

const OPTIONS: Schema<MatrixOptions> = {
  dataDir: { needed: folder },
  points: listOf(oneOf(...CRASH_POINTS), `crash points, such as ["inSync"]`),
};

/** How long to wait for the crash, and for the nodes to agree, in ms. */
const CRASH_MS = 15_000;
const BACK_MS = 30_000;

/** Entries between snapshots: few, so that writes soon lead to one. */
const SNAPSHOT_ENTRIES = 16;

/** Two dozen such values fill a segment of the log, which is then removed. */
const LARGE = "v".repeat(1_000_000);

/**
 * Crashes one node of three at each point of its turn, as leader and as follower, by a kill, by a loss of its power, and by a
 * loss of power that all nodes suffer when it comes to the point, on real threads with real disks. After each crash all nodes must
 * be back, and everything that was acknowledged must be there. What the other nodes hold hides what one disk loses, so only
 * the last kind shows that each disk has what its node promised.
 *
 * @returns the crashes one by one, as they were made. One after which the nodes are not back is the last.
 * @throws KontikiError for a wrong option, and when the cluster cannot start.
 */
export async function* runCrashMatrix(options: MatrixOptions): AsyncGenerator<MatrixCell> {
  checkOptions("runCrashMatrix", OPTIONS, options, "options");
  const { dataDir, points = CRASH_POINTS } = options;
  const cluster = await Cluster.start({
    nodes: 3,
    dataDir,
    faults: true,
    snapshotEntries: SNAPSHOT_ENTRIES,
    keptEntries: 2,
  });
  try {
    const matrix = new Matrix(cluster);
    for (const point of points)
      for (const role of ROLES)
        for (const loss of LOSSES) {
          const cell = await matrix.crash({ point, role, loss });
          yield cell;
          // Nothing more can be tried on a cluster that does not agree.
          if (cell.outcome === "not back") return;
        }
  } finally {
    await cluster.stop();
  }
}

/** A crash that is to come: its cause once it has come, and the end of what it does to others. */
type Crashed = { readonly cause: string | undefined; readonly others: Promise<unknown> };

type Wanted = Pick<MatrixCell, "point" | "role" | "loss">;

class Matrix {
  readonly #cluster: Cluster;
  /** What was acknowledged: the last value of each key. */
  readonly #acknowledged = new Map<string, string>();
  #count = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async crash(wanted: Wanted): Promise<MatrixCell> {
    const { point, role, loss } = wanted;
    const cell = (outcome: MatrixOutcome, what: string, backMs?: number): MatrixCell => ({
      ...wanted,
      outcome,
      what,
      backMs,
    });
    const cluster = this.#cluster;
    const leader = await cluster.leader();
    await cluster.converged({ timeoutMs: BACK_MS });
    const node = role === "leader" ? leader : cluster.nodeIds.find((id) => id !== leader);
    if (node === undefined) return cell("not reached", "there is no follower");
    const others = cluster.nodeIds.filter((id) => loss === "power loss of all" && id !== node);
    const crashed = this.#crashOf(node, point, others);
    cluster.faults.crashAt(node, point, loss === "kill" ? undefined : "torn");
    const cause = await this.#provoked(node, point, crashed);
    cluster.faults.crashAt(node, undefined);
    if (cause === undefined) return cell("not reached", `${node} did not come to it`);
    await crashed.others;
    const began = performance.now();
    const notBack = await this.#whyNotBack();
    if (notBack !== undefined) return cell("not back", `${node}: ${notBack}`);
    const backMs = Math.round(performance.now() - began);
    return { ...cell("ok", cause, backMs), ...(await this.#missing()) };
  }

  /** Why the nodes do not agree again; undefined when they do. */
  async #whyNotBack(): Promise<string | undefined> {
    let why: string | undefined;
    const { doubt } = await settle(this.#cluster, BACK_MS, ({ text }) => {
      why = text;
    });
    return why ?? doubt;
  }

  /** The cause of a node's crash at this point. Then these others lose power as well. */
  #crashOf(node: string, point: CrashPoint, others: readonly string[]): Crashed {
    const { events, faults } = this.#cluster;
    const found: { cause: string | undefined; others: Promise<unknown> } = {
      cause: undefined,
      others: Promise.resolve(),
    };
    const listen = (event: ClusterEvent): void => {
      if (event.type !== "crashed" || event.node !== node) return;
      if (!event.cause.includes(point)) return;
      found.cause = event.cause.split("; ")[1] ?? "killed";
      found.others = Promise.all(others.map((other) => faults.losePower(other, "nothing")));
      events.off("event", listen);
    };
    events.on("event", listen);
    return found;
  }

  /** Does what brings a node to the point, until it has crashed there. Undefined when it has not in time. */
  async #provoked(node: string, point: CrashPoint, crashed: Crashed): Promise<string | undefined> {
    const until = performance.now() + CRASH_MS;
    if (point === "inRecovery") await this.#cluster.node(node).crash();
    while (crashed.cause === undefined && performance.now() < until)
      await this.#put(point === "inCompaction" ? LARGE : "");
    return crashed.cause;
  }

  /** Puts a value. What has an unknown outcome may be there or not. */
  async #put(filling: string): Promise<void> {
    this.#count += 1;
    const key = `k${this.#count % 7}`;
    const value = `${this.#count} ${filling}`;
    const outcome = await this.#cluster.propose({ type: "put", key, value });
    if (outcome.type === "ok") this.#acknowledged.set(key, value);
    else this.#acknowledged.delete(key);
  }

  /** The first acknowledged value that is not there. One that nobody can read is not lost for that. */
  async #missing(): Promise<Pick<MatrixCell, "outcome" | "what"> | undefined> {
    for (const [key, value] of this.#acknowledged) {
      const read = await this.#cluster.get(key, { timeoutMs: BACK_MS });
      if (read.type !== "ok")
        return { outcome: "not back", what: `${key} cannot be read: ${JSON.stringify(read)}` };
      if (read.value !== value) {
        const what = `${key} is ${shortened(read.value)}, and ${shortened(value)} was acknowledged`;
        return { outcome: "lost", what };
      }
    }
    return undefined;
  }
}

function shortened(value: string | null): string {
  return JSON.stringify(value === null ? null : value.slice(0, 20));
}
