import type { NodePort } from "../node/node-port.ts";
import type { Opened } from "../node/runner-ports.ts";
import type { StepObserver } from "../node/step-observer.ts";
import type { Disk } from "../storage/disk/disk.ts";
import type { StateMachine } from "../machine/state-machine.ts";
import { withApply } from "../machine/with-apply.ts";
import type { NodeSpec } from "../mail/protocol.ts";
import { isCommandError } from "../errors.ts";
import { ExperimentCounts } from "../metrics/experiment-counts.ts";
import { countStep } from "../metrics/step-counts.ts";
import type { Recovered } from "../storage/storage.ts";
import { isLogFile, pointOf, type CrashPoint, type DiskStep } from "../faults/crash-points.ts";
import { FaultCells } from "../faults/fault-cells.ts";
import { FaultyClock } from "../faults/faulty-clock.ts";
import { FaultyDisk } from "../faults/faulty-disk.ts";
import { CrashGate, type ArmedCrash } from "./crash-gate.ts";

/** What stands between a node in its thread and the rest of the world, so that faults can be injected. */
export class DisturbedNode {
  readonly clock: FaultyClock;
  readonly #cells: FaultCells;
  readonly #gate: CrashGate;
  readonly #counts: ExperimentCounts;
  readonly #report: (crash: ArmedCrash) => void;
  /** Errors of the machine in the entry that is being applied. */
  #threw = { onPurpose: 0, unexpected: 0 };
  #isOpening = false;
  /** Whether the log was written to and not synced. */
  #isDirty = false;
  /** Whether the turn's promises may leave. */
  #isSynced = false;

  /** @param report tells the supervisor that the thread is at the point at which it must end. */
  constructor(
    { cells, gate, counts }: NonNullable<NodeSpec["faults"]>,
    report: (crash: ArmedCrash) => void,
  ) {
    this.#cells = new FaultCells(cells);
    this.#gate = new CrashGate(gate);
    this.#counts = new ExperimentCounts(counts);
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
    return withApply(machine, (command) => {
      this.#at("inApply");
      return this.#counting(() => machine.apply(command));
    });
  }

  /** Counts steps, and passes them on. */
  observing(observer: StepObserver): StepObserver {
    const count = this.#counts.count.bind(this.#counts);
    return (event, before, after, effects) => {
      countStep({ event, before, after, effects }, count);
      observer(event, before, after, effects);
    };
  }

  /** Counts what becomes of the commands of an entry, once. */
  onApplied = (index: number, repeats: number): void => {
    const { onPurpose, unexpected } = this.#threw;
    this.#threw = { onPurpose: 0, unexpected: 0 };
    if (!this.#counts.isFirst(index)) return;
    this.#counts.count("repeats", repeats);
    this.#counts.count("refusals", onPurpose);
    this.#counts.count("throws", unexpected);
  };

  /** Recovers a node; meanwhile each operation of its disk is the point `inRecovery`. */
  opening<O extends Opened & { readonly recovered: Recovered }>(open: () => O): O {
    this.#isOpening = true;
    try {
      const opened = open();
      this.#countRecovery(opened.recovered);
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

  #counting<T>(apply: () => T): T {
    try {
      return apply();
    } catch (error) {
      this.#threw[isCommandError(error) ? "onPurpose" : "unexpected"] += 1;
      throw error;
    }
  }

  #countRecovery({ tornBytes, damage, horizon }: Recovered): void {
    if (tornBytes > 0) this.#counts.count("recoveries.torn");
    if (damage !== undefined) this.#counts.count("recoveries.damaged");
    if (horizon !== undefined) this.#counts.count("recoveries.horizon");
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
    this.#gate.pass(point, this.#report);
  }
}
