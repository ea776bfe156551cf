import {
  isLogFile,
  pointOf,
  type DiskStep,
  checkingSnapshots,
  createWal,
  givingPlain,
  hasWal,
  NodeRunner,
  openNode,
  probe,
  ReadIds,
  type FromNode,
  type NodeActor,
  type Opened,
  type Recovered,
  type StateMachine,
} from "@kontiki/actors/node";
import type { CrashPoint } from "../scenario/fault.ts";
import { plainText } from "../history/plain.ts";
import { ProcessEnd } from "./crash-points.ts";
import { checkInvariant } from "./invariant.ts";
import { observed } from "./observed-machine.ts";
import { nodeLimits, type ProcessParts } from "./process-parts.ts";
import { SimPort } from "./sim-port.ts";

/**
 * The process of one node, from one start to its end: the runner and the actor that otherwise are in a thread, in virtual
 * time.
 *
 * A turn takes only the time that its disk takes. Reads see its writes at once; the writes are durable, and messages that
 * depend on that leave, when the disk is done.
 */
export class SimProcess {
  readonly port: SimPort;
  readonly #parts: ProcessParts;
  readonly #readIds: ReadIds;
  #runner: NodeRunner | undefined;
  #starting: NodeActor | undefined;
  #recovered: Recovered | undefined;
  /** Whether the log was written to and not synced. */
  #isDirty = false;
  /** Whether the turn's promises may leave. */
  #isSynced = false;
  #isOpening = false;
  /** The pending end of the process, if it came where it cannot be thrown: a machine's error would count as its answer. */
  #pendingEnd: ProcessEnd | undefined;

  constructor(parts: ProcessParts) {
    this.#parts = parts;
    this.#readIds = new ReadIds(parts.incarnation);
    this.port = new SimPort((message) => this.#post(message));
  }

  /** The node, while its disk is usable. */
  get actor(): NodeActor | undefined {
    return this.#runner?.actor ?? this.#starting;
  }

  get runner(): NodeRunner | undefined {
    return this.#runner;
  }

  get incarnation(): number {
    return this.#parts.incarnation;
  }

  /** Recovers the node and runs its first turn. @throws what opening a node throws, and `ProcessEnd`. */
  start(): void {
    const { settings, clock, timeline, onNotice } = this.#parts;
    const { electionTimeoutMs, heartbeatMs } = settings;
    const first = this.#open();
    this.#starting = first.actor;
    this.#runner = new NodeRunner(
      {
        port: this.port,
        lengths: { electionTimeoutMs, heartbeatMs, patience: 0 },
        clock: {
          after: (ms, callback) => this.#entering(callback, (call) => clock.after(ms, call)),
          random: () => clock.random(),
          nowMs: () => clock.nowMs(),
          pulses: () => clock.pulses(),
        },
        turnLetters: settings.limits?.turnLetters,
        soon: (callback) => this.#entering(callback, (call) => timeline.after(0, call)),
        whenSyncable: (callback) => this.#whenSyncable(callback),
        open: () => this.#reopen(),
        onNotice,
      },
      first,
    );
    this.#started(first);
    this.#runner.start();
  }

  /**
   * Calls back into the process. What is cancelled is not called, also when it was due while the process was paused:
   * a process that resumes may cancel what comes after its first call, as `clearTimeout` does.
   */
  #entering(callback: () => void, after: (call: () => void) => () => void): () => void {
    let isCancelled = false;
    const cancel = after(() =>
      this.#parts.enter(() => {
        if (!isCancelled) callback();
      }),
    );
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  /** The same process continues with its disk as after a start. It has forgotten everything that it had not sent by then. */
  #reopen(): Opened {
    const { config, disk, onHappening } = this.#parts;
    probe(disk);
    onHappening({ type: "ended", node: config.id, cause: "its disk failed", kept: undefined });
    this.#isDirty = false;
    this.#isSynced = false;
    const opened = this.#open();
    this.#starting = opened.actor;
    this.#started(opened);
    return opened;
  }

  /** What it found on its disk; undefined before that. */
  get recovered(): Recovered | undefined {
    return this.#recovered;
  }

  #started({ actor, recovered }: Opened & { readonly recovered: Recovered }): void {
    const { config, incarnation, disk, onHappening } = this.#parts;
    this.#recovered = recovered;
    disk.losses.read(recovered.horizon === undefined);
    const { id: node, uid } = config;
    const stored = disk.device;
    onHappening({ type: "started", node, uid, incarnation, recovered, actor, stored });
  }

  /** @throws ProcessEnd when the process ended at a point at which that could not be thrown. */
  checkAlive(): void {
    if (this.#pendingEnd !== undefined) throw this.#pendingEnd;
  }

  /** The disk is about to do this. @throws ProcessEnd when the process must end here. */
  onDiskStep(step: DiskStep, file: string): void {
    this.checkAlive();
    const { points } = this.#parts;
    if (this.#isOpening) return points.at("inRecovery");
    const point = pointOf(step, file);
    if (point !== undefined) this.#at(point);
    if (isLogFile(file) && (step === "append" || step === "rewrite" || step === "truncate"))
      this.#isDirty = true;
  }

  #open(): Opened & { readonly recovered: Recovered } {
    const { disk } = this.#parts;
    this.#isOpening = true;
    disk.isRecovering = true;
    try {
      const opened = this.#openDisk();
      return { ...opened, storage: this.#observedStorage(opened.storage) };
    } finally {
      this.#isOpening = false;
      disk.isRecovering = false;
    }
  }

  #openDisk(): Opened & { readonly recovered: Recovered } {
    const { config, disk, settings } = this.#parts;
    const { electionTimeoutMs, leases } = settings;
    disk.claim(config.id);
    if (!hasWal(disk)) createWal(disk);
    return openNode({
      config,
      disk,
      machine: this.#machine(),
      readIds: this.#readIds,
      policy: { entries: settings.snapshotEntries, bytes: Number.MAX_SAFE_INTEGER },
      lease: leases && { electionTimeoutMs, clockDrift: leases.clockDrift },
      tracer: () => ({
        step: (event, before, after, effects) =>
          this.#parts.onStep({ node: config.id, event, before, after, effects }),
        failed: () => {},
        flush: () => {},
      }),
      wal: { segmentBytes: settings.segmentBytes },
      limits: nodeLimits(settings),
    });
  }

  #machine(): StateMachine {
    const { config, machine, around, rules, calls, onHappening } = this.#parts;
    const node = config.id;
    const made = (): StateMachine => around.during(machine);
    const own = made();
    const wrong = (what: string, error?: unknown, check?: string): void =>
      onHappening({ type: "misbehaved", node, what, error, ...(check && { check }) });
    const look = (when: () => string): void =>
      checkInvariant(rules, own, { node, around, when, wrong });
    const checked = checkingSnapshots(
      givingPlain(around.of(own)),
      () => givingPlain(around.of(made())),
      (what) => wrong(what, undefined, "snapshot"),
    );
    look(() => "before any command");
    return observed(checked, {
      onCall: (call, given) => calls.begin(node, call, given),
      onReturn: () => calls.end(),
      onApply: () => this.#atInApply(),
      onApplied: (command, result, threw) => {
        if (this.#pendingEnd !== undefined) return;
        const index = this.actor?.applied ?? 0;
        const how = threw === undefined ? {} : { threw };
        onHappening({ type: "applied", node, index, command, result, ...how });
        look(() => `after entry ${index}, ${plainText(command)}`);
      },
      onRestored(state) {
        onHappening({ type: "restored", node, state });
        look(() => "after it restored a snapshot");
      },
      onMisbehaved: wrong,
      onThrew: (what, error) => {
        if (rules.throws === "fail" && this.#pendingEnd === undefined) wrong(what, error);
      },
    });
  }

  #observedStorage(storage: Opened["storage"]): Opened["storage"] {
    const { config, onHappening } = this.#parts;
    return {
      sync: () => {
        const isSynced = storage.sync();
        this.#isDirty = false;
        this.#isSynced = true;
        onHappening({ type: "synced", node: config.id });
        this.#at("afterSave");
        return isSynced;
      },
      close: () => storage.close(),
    };
  }

  /** Waits for as long as the disk takes for its operations. */
  #whenSyncable(callback: () => void): void {
    const { disk, timeline, enter } = this.#parts;
    if (this.#isDirty) this.#at("inSync");
    const delay = disk.takeDelayMs() + (this.#isDirty ? disk.syncMs() : 0);
    if (delay === 0) callback();
    else if (delay < Number.POSITIVE_INFINITY) timeline.after(delay, () => enter(callback));
    else disk.onReady(() => enter(() => this.#whenSyncable(callback)));
  }

  #post(message: FromNode): void {
    this.checkAlive();
    this.#parts.onPost(message);
    if (message.type !== "turn" || !this.#isSynced || message.mail.length === 0) return;
    this.#isSynced = false;
    this.#at("afterSend");
  }

  #atInApply(): void {
    try {
      this.#at("inApply");
    } catch (error) {
      if (!(error instanceof ProcessEnd)) throw error;
      this.#pendingEnd = error;
    }
  }

  #at(point: CrashPoint): void {
    this.#parts.points.at(point);
  }
}
