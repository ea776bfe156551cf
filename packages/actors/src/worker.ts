/**
 * The thread of one node: makes its parts from what the supervisor sent, and lets them run.
 *
 * @module
 */
import { performance } from "node:perf_hooks";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { makeConfig, nodeId, type Config } from "@kontiki/core";
import { exposeControl } from "./control-endpoint.ts";
import type { Disk } from "./disk.ts";
import { KontikiError } from "./errors.ts";
import { FileDisk } from "./file-disk.ts";
import { Lease } from "./lease.ts";
import { loadMachine } from "./load-machine.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { NodeActor } from "./node-actor.ts";
import { NodeRunner, type Opened } from "./node-runner.ts";
import { createWal, hasWal, maxSegmentBytes } from "./open-wal.ts";
import { openStorage } from "./open-storage.ts";
import { Orders } from "./orders.ts";
import type { FromNode, NodeSpec } from "./protocol.ts";
import { ReadIds } from "./reads.ts";
import type { Recovered } from "./storage.ts";
import type { Clock } from "./timers.ts";
import { openTraceFile, type TraceFile } from "./trace-file.ts";
import { NodeTracer } from "./trace.ts";

const PROBE_FILE = "probe";
const PROBE_BYTES = 256 * 1024;

type Start = { readonly spec: NodeSpec; readonly data: MessagePort; readonly control: MessagePort };

const { spec, data, control } = workerData as Start;

function post(message: FromNode): void {
  data.postMessage(message);
}

function openDisk(): Disk {
  if (spec.disk.type === "file") return new FileDisk(spec.disk.path);
  const disk = new MemoryDisk({
    files: spec.disk.files,
    maxFileBytes: maxSegmentBytes(),
    onChange: (change) => post({ type: "disk", change }),
  });
  // A thread that died before it made its log has promised nothing yet.
  if (!hasWal(disk)) createWal(disk);
  return disk;
}

function clock(): Clock {
  const pulse = new Int32Array(spec.pulse);
  return {
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
    nowMs: () => performance.now(),
    pulses: () => Atomics.load(pulse, 0),
  };
}

/** A leader steps down after as many heartbeats without a majority as fit in the shortest election timeout. */
function configOf({ id, uid, voters, leases, keptEntries, maxUncommittedBytes }: NodeSpec): Config {
  const beats = Math.floor(spec.electionTimeoutMs / spec.heartbeatMs);
  return makeConfig({
    id: nodeId(id),
    uid,
    voters: voters.map(nodeId),
    quorumBeats: Math.max(beats, 2),
    leases: leases !== undefined,
    keptEntries,
    maxUncommittedBytes,
  });
}

function traceOf({ trace, id, incarnation }: NodeSpec): TraceFile | undefined {
  return trace === undefined ? undefined : openTraceFile(trace, nodeId(id), incarnation);
}

function tracerOf(trace: TraceFile, config: Config, recovered: Recovered): NodeTracer {
  const { hard, base, entries, snapshot, horizon } = recovered;
  return new NodeTracer(trace, { config, hard, base, entries, snapshot, horizon });
}

function leaseOf({ leases, electionTimeoutMs }: NodeSpec): Lease | undefined {
  return leases && new Lease(electionTimeoutMs, leases.clockDrift);
}

/** A disk that was full or failing is used again only when it takes as much as a turn may write. */
function probe(disk: Disk): void {
  disk.create(PROBE_FILE, new Uint8Array(PROBE_BYTES));
  disk.remove(PROBE_FILE);
}

async function run(): Promise<void> {
  const config = configOf(spec);
  const disk = openDisk();
  const readIds = new ReadIds(spec.incarnation);
  let trace: TraceFile | undefined;
  const open = async (): Promise<Opened & { readonly tornBytes: number }> => {
    const machine = await loadMachine(spec.stateMachine);
    const { storage, snapshots, recovered } = openStorage(disk);
    const { damage, tornBytes } = recovered;
    try {
      const lease = leaseOf(spec);
      // What was traced before the disk failed stays in a file of its own.
      trace?.close();
      trace = traceOf(spec);
      const tracer = trace && tracerOf(trace, config, recovered);
      const policy = spec.snapshots;
      const parts = { config, recovered, storage, snapshots, machine, readIds, policy };
      const actor = new NodeActor({ ...parts, lease, tracer });
      return { actor, storage, damage, tornBytes };
    } catch (error) {
      storage.close();
      throw error;
    }
  };
  const reopen = async (): Promise<Opened> => {
    probe(disk);
    return open();
  };
  const first = await open();
  const orders = new Orders();
  const { electionTimeoutMs, heartbeatMs, priority } = spec;
  const lengths = { electionTimeoutMs, heartbeatMs, patience: priority };
  const onNotice = orders.onNotice.bind(orders);
  const runner = new NodeRunner(
    { port: data, lengths, clock: clock(), open: reopen, onNotice },
    first,
  );
  orders.attach(runner);
  exposeControl(control, runner, orders, () => {
    runner.stop();
    parentPort?.unref();
  });
  post({ type: "ready", tornBytes: first.tornBytes });
  runner.start();
}

try {
  await run();
} catch (error) {
  if (!(error instanceof KontikiError)) throw error;
  post({ type: "unusable", message: error.message });
  data.close();
  control.close();
}
