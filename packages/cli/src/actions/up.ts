import type { ClusterEvent, ClusterOptions } from "@kontiki/actors";
import { once } from "node:events";
import { reachText } from "../gateway/reach.ts";
import type { Doors } from "../control/doors.ts";
import type { EventLog } from "../control/event-log.ts";
import { endedBy } from "../control/ended-by.ts";
import { EXIT_FAILED, EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { FaultLedger } from "../launch/fault-ledger.ts";
import {
  firstLeader,
  withCluster,
  type ProgramCluster,
  type StartCluster,
  type StartOptions,
} from "../launch/cluster.ts";
import { colorsFor } from "../output/colors.ts";
import { messageOf } from "../output/error-text.ts";
import { Notes } from "../output/notes.ts";
import { complete, type Completed } from "../prompt/complete.ts";
import { Interpreter } from "../prompt/interpreter.ts";
import { runPiped } from "../prompt/piped.ts";
import { runPrompt } from "../prompt/prompt.ts";
import { JsonPrinter, TextPrinter } from "../prompt/reply-printer.ts";
import { eventText } from "../render/event-text.ts";
import { counted } from "../render/quantities.ts";
import { CommandSession } from "../session/command-session.ts";
import { strayText } from "../render/stray-text.ts";
import { isMemberOf, membersNow } from "../session/members-now.ts";
import { namedNode, type SessionFaults, type SessionNode } from "../session/context.ts";
import { wipeNotice } from "../session/verbs/life.ts";
import { verbs } from "../session/verbs/verbs.ts";
import { tuningOf, type TuningOptions } from "./tuning.ts";
import { hostOptionsOf, type HostOptions } from "./up-hosts.ts";
import { UpServers, type ServerOptions } from "./up-servers.ts";

export type UpOptions = TuningOptions &
  HostOptions &
  ServerOptions & {
    readonly name?: string;
    readonly serve?: true;
    readonly detach?: true;
    /** It is the process that `--detach` started: it serves. */
    readonly detached?: true;
    readonly wait?: "leader";
    readonly log?: string;
    readonly nodes?: number | readonly string[];
    readonly data: string;
    readonly json?: true;
    readonly memory?: true;
    readonly wipe?: readonly string[];
    readonly electionTimeout: number;
    readonly heartbeat: number;
    readonly pipeline: number;
    readonly rename?: ClusterOptions["renames"];
  };

/** How long nodes may take to agree before one of them is wiped, in ms. */
const SETTLE_MS = 10_000;

/** Starts a cluster, runs commands against it until the input ends, and resolves to the exit status. */
export async function up(options: UpOptions, host: Host, start: StartCluster): Promise<number> {
  const notes = new Notes(host);
  const servers = await UpServers.listen(options, host);
  let doors: Doors | undefined;
  try {
    // It brings the package of clusters, which is loaded when one is started.
    const { Doors } = await import("../control/doors.ts");
    doors = await Doors.prepare(options, isInteractive(host), notes, host);
    const failed = await runCluster({ options, host, notes, start, servers, doors });
    return interruptedStatus(host.signal) ?? (failed ? EXIT_FAILED : EXIT_OK);
  } finally {
    await servers.close();
    await doors?.close();
  }
}

/** What a cluster of `up` runs with. */
type Running = {
  readonly options: UpOptions;
  readonly host: Host;
  readonly notes: Notes;
  readonly start: StartCluster;
  readonly servers: UpServers;
  readonly doors: Doors;
};

/** Resolves to whether anything failed. */
async function runCluster(running: Running): Promise<boolean> {
  const { options, host, notes, start, servers, doors } = running;
  const events = new UpEvents(notes, doors.log);
  const clusterOptions = { onEvent: events.onEvent, ...(await clusterOptionsOf(options)) };
  return withCluster(start, clusterOptions, notes, async (cluster) => {
    events.beginUp();
    servers.gateway?.serve(cluster);
    const faults = new FaultLedger(() => cluster.openFaults());
    const over = new AbortController();
    const near = endedBy(host, over.signal);
    try {
      const shown = showPage(running, cluster, faults.of(cluster), near);
      const told = { http: servers.gateway?.reach ?? null, page: servers.page?.url ?? null };
      const down = await doors.open({ cluster, faults }, told);
      down?.addEventListener("abort", () => over.abort(), { once: true });
      if (told.http !== null) notes.note(reachText(told.http));
      await greet(cluster, options, notes, near);
      if (told.page !== null) doors.log?.note(`page: ${told.page}`);
      const wiped = await wipeAll(cluster, options.wipe ?? [], notes, near);
      return (await converse(shown, faults.of(cluster), options, notes, near)) || !wiped;
    } finally {
      await faults.close();
      events.beginStop();
      await servers.page?.close();
    }
  });
}

async function clusterOptionsOf(options: UpOptions): Promise<StartOptions> {
  return {
    nodes: options.nodes,
    dataDir: options.memory === true ? undefined : options.data,
    electionTimeoutMs: options.electionTimeout,
    heartbeatMs: options.heartbeat,
    ...(options.rename === undefined ? {} : { renames: options.rename }),
    ...tuningOf(options),
    faults: true,
    ...(options.wipe === undefined ? {} : { mustHold: options.wipe }),
    ...(await hostOptionsOf(options)),
  };
}

/** Shows the cluster in its page, if there is one, and tells the address. Returns the cluster for the prompt. */
function showPage(
  { servers: { page }, options: { name, electionTimeout }, notes }: Running,
  cluster: ProgramCluster,
  faults: SessionFaults,
  { signal }: Host,
): ProgramCluster {
  if (page === undefined) return cluster;
  const shown = page.serve(cluster, {
    title: `${name ?? "cluster"}, ${counted(cluster.nodeIds.length, "node")}`,
    electionTimeoutMs: electionTimeout,
    ended: signal,
    announce: (text) => notes.note(text),
    faults,
  });
  notes.note(`page: ${page.url}`);
  return shown;
}

/** Reports events to people: other ones while the cluster starts, while it is up, and while it stops. */
class UpEvents {
  readonly #notes: Notes;
  readonly #log: EventLog | undefined;
  readonly #failedAtStart: ClusterEvent[] = [];
  #phase: "starting" | "up" | "stopping" = "starting";

  constructor(notes: Notes, log: EventLog | undefined) {
    this.#notes = notes;
    this.#log = log;
  }

  readonly onEvent = (event: ClusterEvent): void => {
    this.#log?.add(event);
    // A start that fails as a whole is reported by its error, and a stop needs no report.
    if (this.#phase === "starting" && event.type === "failed") this.#failedAtStart.push(event);
    else if (this.#phase === "up" || (this.#phase === "starting" && event.type !== "stopped"))
      this.#tell(event);
  };

  beginUp(): void {
    this.#phase = "up";
    for (const event of this.#failedAtStart) this.#tell(event);
  }

  beginStop(): void {
    this.#phase = "stopping";
  }

  #tell(event: ClusterEvent): void {
    const text = eventText(event);
    if (text !== undefined) this.#notes.note(text);
  }
}

async function greet(
  cluster: ProgramCluster,
  options: UpOptions,
  notes: Notes,
  host: Host,
): Promise<void> {
  const leader = await firstLeader(cluster, notes, host);
  if (host.signal.aborted) return;
  const members = await membersNow(cluster);
  const strays = cluster.nodeIds.filter((id) => isMemberOf(members, id) === false);
  const count = cluster.nodeIds.length - strays.length;
  if (count % 2 === 0 && options.host === undefined) {
    notes.note(
      `${count} nodes survive no more crashes than ${count - 1} would: an odd number is better`,
    );
  }
  for (const node of strays) notes.note(strayText(node));
  if (leader === undefined) {
    const why = cluster.whyNoLeader();
    notes.note(`no leader yet; commands wait for one${why === undefined ? "" : ` (${why})`}`);
  }
  if (options.serve === true || !isInteractive(host)) return;
  const place = options.memory === true ? "in memory" : `in ${options.data}`;
  notes.note(
    `${count} ${count === 1 ? "node" : "nodes"}, logs ${place}; "help" lists the commands`,
  );
}

/** Gives these nodes empty disks. Resolves to whether all of them vote again. */
async function wipeAll(
  cluster: ProgramCluster,
  nodes: readonly string[],
  notes: Notes,
  { signal }: Host,
): Promise<boolean> {
  let isDone = true;
  const announce = (text: string): void => notes.note(text);
  for (const node of new Set(nodes)) {
    try {
      const handle = namedNode({ cluster, signal, announce }, "--wipe", node);
      announce(wipeNotice(node));
      const wiped = wipeSettled(cluster, handle, signal);
      await notes.during(`wiping ${node} ...`, wiped);
      notes.note(`${node} wiped`);
    } catch (error) {
      isDone = false;
      if (!signal.aborted) notes.problem(messageOf(error));
    }
  }
  return isDone;
}

/** The other nodes have just started: they get some time to reach the state in which a node may be wiped. */
async function wipeSettled(
  cluster: ProgramCluster,
  handle: SessionNode,
  signal: AbortSignal,
): Promise<void> {
  await cluster.converged({ timeoutMs: SETTLE_MS, signal }).catch(() => undefined);
  await handle.wipe({ signal });
}

/** Resolves to whether any command of a pipe failed. */
async function converse(
  cluster: ProgramCluster,
  faults: SessionFaults,
  options: UpOptions,
  notes: Notes,
  host: Host,
): Promise<boolean> {
  const { stdout, env, signal } = host;
  const printer =
    options.json === true
      ? new JsonPrinter(stdout)
      : new TextPrinter(stdout, colorsFor(stdout, env), notes);
  const interpreter = new Interpreter(
    new CommandSession(verbs, cluster, signal, (text) => notes.note(text), faults),
    printer,
    notes,
    signal,
  );
  if (options.serve === true) {
    await untilAborted(signal);
    return false;
  }
  if (isInteractive(host)) {
    const completer = (line: string): Completed => complete(verbs, line, cluster.nodeIds);
    await runPrompt(host, interpreter, notes, completer);
    // A person has seen what failed.
    return false;
  }
  await runPiped(host, interpreter, options.pipeline);
  return interpreter.failed;
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

function isInteractive({ stdin, stdout }: Host): boolean {
  return stdin.isTTY === true && stdout.isTTY === true;
}
