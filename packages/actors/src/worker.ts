/**
 * The thread of one node: makes its parts from what the supervisor sent, and lets them run.
 *
 * @module
 */
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { makeConfig, nodeId } from "@kontiki/core";
import { exposeControl } from "./control-endpoint.ts";
import { KontikiError } from "./errors.ts";
import { FileDisk } from "./file-disk.ts";
import { loadMachine } from "./load-machine.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { NodeActor } from "./node-actor.ts";
import { NodeRunner } from "./node-runner.ts";
import type { FromNode, NodeSpec } from "./protocol.ts";
import type { Clock } from "./timers.ts";
import { createWal, hasWal, maxSegmentBytes, openWal } from "./open-wal.ts";

type Start = { readonly spec: NodeSpec; readonly data: MessagePort; readonly control: MessagePort };

const { spec, data, control } = workerData as Start;

function post(message: FromNode): void {
  data.postMessage(message);
}

function openDisk(): FileDisk | MemoryDisk {
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
    pulses: () => Atomics.load(pulse, 0),
  };
}

async function run(): Promise<void> {
  const machine = await loadMachine(spec.stateMachine);
  const { wal, recovered } = openWal(openDisk());
  const config = makeConfig({ id: nodeId(spec.id), voters: spec.voters.map(nodeId) });
  const actor = new NodeActor(config, recovered, wal, machine);
  const runner = new NodeRunner(actor, wal, data, spec, clock());
  exposeControl(control, actor, () => {
    runner.stop();
    parentPort?.unref();
  });
  post({ type: "ready", tornBytes: recovered.tornBytes });
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
