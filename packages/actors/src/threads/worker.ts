/**
 * The thread of one node: creates its parts from what the supervisor sent, and runs them.
 *
 * @module
 */
import { performance } from "node:perf_hooks";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { makeConfig, nodeId, type Config } from "@kontiki/core";
import { AppliedFeed } from "./applied-feed.ts";
import { exposeControl } from "./control-endpoint.ts";
import { DeferredTimer } from "./deferred-timer.ts";
import { DisturbedNode } from "./disturbed-node.ts";
import { recordingCalls } from "../faults/recording-calls.ts";
import { UnsyncedRecord } from "../faults/unsynced-record.ts";
import type { Disk } from "../storage/disk/disk.ts";
import { KontikiError, machineFault, StateMachineError } from "../errors.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { nameOfDisk, whyNotDiskOf } from "../directory/whose-disk.ts";
import { beginThread } from "../supervision/begin-thread.ts";
import { waitAt } from "../supervision/gate.ts";
import { checkedMachine } from "../machine/checked-machine.ts";
import { heapWatch } from "../supervision/heap-watch.ts";
import { loadMaker } from "../machine/load-machine.ts";
import { MemoryDisk } from "../storage/disk/memory-disk.ts";
import type { EntryObserver } from "../node/applier.ts";
import { NodeRunner } from "../node/node-runner.ts";
import type { Opened, RunnerPorts } from "../node/runner-ports.ts";
import { NodeCounters } from "../metrics/node-counters.ts";
import { LetterLog } from "../metrics/letter-log.ts";
import { Probe } from "../metrics/probe.ts";
import { openNode, probe, quorumBeats } from "../node/open-node.ts";
import { createWal, hasWal, maxSegmentBytes } from "../storage/wal/open-wal.ts";
import { Orders } from "../node/orders.ts";
import { observingSteps, type StepObserver } from "../node/step-observer.ts";
import type { FromNode, NodeSpec } from "../mail/protocol.ts";
import { ReadIds } from "../node/reads.ts";
import type { Recovered } from "../storage/storage.ts";
import { NodeLanePort } from "./node-lane-port.ts";
import { isCarried, pulsesIn } from "../mailboxes/mail-route.ts";
import { PULSE_MS } from "../mailboxes/pulse.ts";
import type { LaneStart } from "../mailboxes/lane-frames.ts";
import type { ThreadWork } from "../mailboxes/lane-port.ts";
import type { Clock } from "../node/timers.ts";
import { openTraceFile, type TraceFile } from "../trace/trace-file.ts";
import { NodeTracer } from "../trace/trace.ts";

type Start = {
  readonly spec: NodeSpec;
  readonly gate: SharedArrayBuffer;
  readonly lanes: LaneStart;
  readonly data: MessagePort;
  readonly controls: readonly MessagePort[];
};

const { spec, gate, lanes, data, controls } = workerData as Start;

function post(message: FromNode): void {
  data.postMessage(message);
}

/** Undefined where no faults are injected. */
const disturbed =
  spec.faults && new DisturbedNode(spec.faults, (crash) => post({ type: "atPoint", ...crash }));

/** Whose disk it is, which its log names. One in memory has no files that somebody could mix up. */
const owner = spec.disk.type === "file" ? nameOfDisk(spec.disk.path) : undefined;

/** @throws KontikiError when it is the disk of another node, or an earlier one of this node. */
function refuseOthers(place: NodeSpec["disk"]): void {
  if (place.type === "memory") {
    if (place.owner !== spec.id)
      throw new KontikiError(
        `this is the disk of ${place.owner}, not of ${spec.id}: put it back where it belongs`,
      );
    return;
  }
  const why = whyNotDiskOf(spec, place.path);
  if (why !== undefined) throw new KontikiError(why);
}

function openDisk(): Disk {
  const { disk: place, faults } = spec;
  refuseOthers(place);
  if (place.type === "file")
    return faults === undefined
      ? new FileDisk(place.path)
      : new FileDisk(place.path, recordingCalls(new UnsyncedRecord(faults.unsynced), place.path));
  const disk = new MemoryDisk({
    files: place.files,
    maxFileBytes: maxSegmentBytes(),
    onChange: (change) => post({ type: "disk", change }),
  });
  // A thread that died before it created its log has promised nothing yet.
  if (!hasWal(disk)) createWal(disk);
  return disk;
}

/**
 * Ends the thread when its turn is over: an error that is thrown from a call of the machine would be an answer to a
 * client.
 */
function failLater(what: string): void {
  queueMicrotask(() => {
    throw new StateMachineError(machineFault(what));
  });
}

const checkHeap = heapWatch(spec.heapMiB);

/** Turns that the event loop is about to run. */
let dueTurns = 0;

/** The one timer that a node has at a time: its own, or that of its next attempt to use a failed disk. */
const timer = new DeferredTimer();

/** A thread has nothing else to do while its disk syncs. With the sync a turn ends. */
const thread: Pick<RunnerPorts, "soon" | "whenSyncable"> = {
  soon(callback) {
    dueTurns += 1;
    const next = setImmediate(() => {
      dueTurns -= 1;
      callback();
    });
    return () => {
      dueTurns -= 1;
      clearImmediate(next);
    };
  },
  whenSyncable(callback) {
    disturbed?.beforeSync();
    callback();
    checkHeap();
  },
};

function clock(): Clock {
  const route = spec.route && new Int32Array(spec.route);
  return {
    after(timeMs, callback) {
      timer.set(disturbed === undefined ? timeMs : disturbed.clock.timerMs(timeMs), callback);
      return () => timer.cancel(callback);
    },
    random: () => Math.random(),
    nowMs: () => disturbed?.clock.nowMs() ?? performance.now(),
    // Nothing has to run for mail in lanes, so time alone is the pulse.
    pulses: () =>
      route !== undefined && isCarried(route)
        ? pulsesIn(route)
        : Math.floor((disturbed?.clock.steadyMs() ?? performance.now()) / PULSE_MS),
  };
}

function configOf({ id, uid, voters, preVote, leases, ...spec }: NodeSpec): Config {
  const { keptEntries, maxUncommittedBytes } = spec;
  return makeConfig({
    id: nodeId(id),
    uid,
    voters: voters.map(nodeId),
    quorumBeats: quorumBeats(spec.electionTimeoutMs, spec.heartbeatMs),
    preVote,
    leases: leases !== undefined,
    keptEntries,
    maxUncommittedBytes,
  });
}

function traceOf({ trace, id, incarnation }: NodeSpec): TraceFile | undefined {
  return trace === undefined ? undefined : openTraceFile(trace, nodeId(id), incarnation);
}

function tracerOf(trace: TraceFile, config: Config, recovered: Recovered): NodeTracer {
  const { hard, base, entries, snapshot, horizon, salvage } = recovered;
  return new NodeTracer(trace, { config, hard, base, entries, snapshot, horizon, salvage });
}

/** A pause begins between two turns. Listening for pauses must not keep a finished thread alive. */
function obeyPauses(): void {
  parentPort?.on("message", (pause: number) => {
    post({ type: "paused", pause });
    waitAt(gate, pause);
  });
  parentPort?.unref();
}

/** What the thread counts, and what it records while that is listened to. */
const [counts, recorder] = [
  new NodeCounters(spec.counters),
  new Probe(spec.probe, spec.id, spec.incarnation),
];
const watch = new LetterLog(spec.probe, recorder, spec.id, spec.incarnation);
const onTimer = watch.timer.bind(watch);
const counters: RunnerPorts["counters"] = {
  turn: (ms) => counts.turn(ms),
  sync(ms) {
    counts.sync(ms);
    recorder.sync(ms);
  },
  held: (state, last) => counts.held(state, last),
};

function stepsOf(config: Config, feed: AppliedFeed): StepObserver {
  const counting = observingSteps(config, counts, recorder);
  const steps = disturbed?.observing(counting) ?? counting;
  return (event, before, after, effects) => {
    feed.look();
    steps(event, before, after, effects);
  };
}

function entriesOf(feed: AppliedFeed): EntryObserver {
  if (disturbed === undefined) return feed;
  const { applied, restored } = feed;
  return {
    applied(index, repeats, bytes) {
      disturbed.onApplied(index, repeats);
      applied(index, repeats, bytes);
    },
    restored,
  };
}

/** What else than mail the thread has to do, once its runner is made. */
function workOf(runner: () => NodeRunner): ThreadWork {
  return {
    isDue: () => dueTurns > 0,
    timerAtMs: () => timer.dueMs,
    mayDoze: () => runner().actor?.awaitsNoAnswer === true,
  };
}

async function run(): Promise<void> {
  const config = configOf(spec);
  const own = openDisk();
  const disk = disturbed?.disk(own) ?? own;
  const readIds = new ReadIds(spec.incarnation);
  const feed = new AppliedFeed(recorder);
  const watching = { observer: stepsOf(config, feed), entries: entriesOf(feed), watch };
  let trace: TraceFile | undefined;
  const { electionTimeoutMs, heartbeatMs, priority, leases, snapshots: policy } = spec;
  const lease = leases && { electionTimeoutMs, clockDrift: leases.clockDrift };
  const tracer = (recovered: Recovered): NodeTracer | undefined => {
    // The trace of the time before the disk failed stays in its own file.
    trace?.close();
    trace = traceOf(spec);
    return trace && tracerOf(trace, config, recovered);
  };
  const open = async (): Promise<ReturnType<typeof openNode>> => {
    const made = checkedMachine(await loadMaker(spec.stateMachine), spec.checks, failLater);
    const machine = feed.machine(disturbed?.machine(made) ?? made);
    const setup = { config, disk, machine, readIds, policy, lease, tracer, owner, ...watching };
    return disturbed?.opening(() => openNode(setup)) ?? openNode(setup);
  };
  const reopen = async (): Promise<Opened> => {
    probe(disk);
    return open();
  };
  const first = await open();
  const orders = new Orders();
  const lengths = { electionTimeoutMs, heartbeatMs, patience: priority, inTurns: true };
  const onNotice = orders.onNotice.bind(orders);
  const work = workOf(() => runner);
  const lanePort = new NodeLanePort({ ...lanes, route: spec.route }, data, work);
  const port = disturbed?.port(lanePort) ?? lanePort;
  const runner: NodeRunner = new NodeRunner(
    { port, lengths, clock: clock(), ...thread, open: reopen, onNotice, counters, onTimer },
    first,
  );
  orders.attach(runner);
  exposeControl(controls, runner, orders, () => {
    runner.stop();
    timer.close();
    recorder.close();
    parentPort?.unref();
  });
  counts.held(first.actor.state, first.actor.log.lastIndex);
  post({ type: "ready", tornBytes: first.recovered.tornBytes });
  runner.start();
}

// The thread ends of this error all the same, but its node is not started again only to end like this again.
process.on("uncaughtExceptionMonitor", (error) => {
  if (error instanceof StateMachineError) post({ type: "unusable", message: error.message });
});
obeyPauses();
beginThread(run, { data, controls });
