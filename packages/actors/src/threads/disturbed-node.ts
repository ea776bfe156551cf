import type { NodePort } from "../node/node-port.ts";
import type { Opened } from "../node/runner-ports.ts";
import type { Disk } from "../storage/disk/disk.ts";
import type { StateMachine } from "../machine/state-machine.ts";
import type { NodeSpec } from "../mail/protocol.ts";
import { isLogFile, pointOf, type CrashPoint, type DiskStep } from "../faults/crash-points.ts";
import { FaultCells } from "../faults/fault-cells.ts";
import { FaultyClock } from "../faults/faulty-clock.ts";
import { FaultyDisk } from "../faults/faulty-disk.ts";
import { CrashGate } from "./crash-gate.ts";

/** What stands between a node in its thread and the rest of the world, so that faults can be injected. */
export class DisturbedNode {
  readonly clock: FaultyClock;
  readonly #cells: FaultCells;
  readonly #gate: CrashGate;
  readonly #report: (point: CrashPoint) => void;
  #isOpening = false;
  /** Whether the log was written to and not synced. */
  #isDirty = false;
  /** Whether the turn's promises may leave. */
  #isSynced = false;

  /** @param report tells the supervisor that the thread is at the point at which it must end. */
  constructor(
    { cells, gate }: NonNullable<NodeSpec["faults"]>,
    report: (point: CrashPoint) => void,
  ) {
    this.#cells = new FaultCells(cells);
    this.#gate = new CrashGate(gate);
    this.#report = report;
    this.clock = new FaultyClock(this.#cells);
  }

  disk(disk: Disk): Disk {
    return new FaultyDisk(disk, {
      cells: this.#cells,
      onStep: (step, file) => this.#onDiskStep(step, file),
      random: () => Math.random(),
    });
  }

  machine(machine: StateMachine): StateMachine {
    return {
      apply: (command) => {
        this.#at("inApply");
        return machine.apply(command);
      },
      snapshot: () => machine.snapshot(),
      restore: (snapshot) => machine.restore(snapshot),
      ...(machine.query && { query: (question: unknown) => machine.query?.(question) }),
      ...(machine.snapshotParts && { snapshotParts: () => machine.snapshotParts?.() ?? [] }),
      ...(machine.restoreParts && {
        restoreParts: (parts: Iterable<unknown>) => machine.restoreParts?.(parts),
      }),
    };
  }

  /** Recovers a node; meanwhile each operation of its disk is the point `inRecovery`. */
  opening<O extends Opened>(open: () => O): O {
    this.#isOpening = true;
    try {
      const opened = open();
      return { ...opened, storage: this.#storage(opened.storage) };
    } finally {
      this.#isOpening = false;
      this.#isDirty = false;
    }
  }

  port(port: NodePort): NodePort {
    return {
      receive: () => port.receive(),
      onLetters: (callback) => port.onLetters(callback),
      close: () => port.close(),
      post: (message) => {
        port.post(message);
        if (message.type !== "turn" || !this.#isSynced || message.mail.length === 0) return;
        this.#isSynced = false;
        this.#at("afterSend");
      },
    };
  }

  /** A turn is about to sync what it wrote. */
  beforeSync(): void {
    if (this.#isDirty) this.#at("inSync");
  }

  #storage(storage: Opened["storage"]): Opened["storage"] {
    return {
      sync: () => {
        const isSynced = storage.sync();
        if (!this.#isDirty) return isSynced;
        this.#isDirty = false;
        this.#isSynced = true;
        this.#at("afterSave");
        return isSynced;
      },
      close: () => storage.close(),
    };
  }

  #onDiskStep(step: DiskStep, file: string): void {
    if (this.#isOpening) return this.#at("inRecovery");
    const point = pointOf(step, file);
    if (point !== undefined) this.#at(point);
    if (isLogFile(file) && step === "append") this.#isDirty = true;
  }

  #at(point: CrashPoint): void {
    this.#gate.pass(point, () => this.#report(point));
  }
}
