import { EventEmitter } from "node:events";
import type { ClusterDisks } from "../directory/cluster-disks.ts";
import type { ClusterEvent, ClusterEvents } from "../mail/status.ts";
import type { RemoteChild } from "../program/remote-child.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { AppliedWatch } from "./applied-watch.ts";
import { Channels } from "./channels.ts";
import type { CheckedOptions } from "./checked-options.ts";
import { ClusterClient } from "./cluster-client.ts";
import { ClusterFaults, switching } from "./cluster-faults.ts";
import { openDisks, startSupervisor } from "./cluster-parts.ts";
import { MachineWatch } from "./machine-watch.ts";
import { MemberChanges } from "./member-changes.ts";
import { stopAll } from "./start-and-stop.ts";
import { tell } from "./tell.ts";

/** The parts of a cluster that runs, and what connects them: which of them learn of an event, and how they end. */
export class RunningCluster<Command, Result> {
  readonly events = new EventEmitter<ClusterEvents>();
  readonly supervisor: RemoteSupervisor;
  readonly client: ClusterClient<Command, Result>;
  readonly disks: ClusterDisks;
  readonly members: MemberChanges;
  readonly watch: MachineWatch;
  readonly channels: Channels;
  readonly applied: AppliedWatch;
  /** Undefined where none can be injected. */
  readonly faults: ClusterFaults | undefined;
  readonly #isChecked: boolean;

  /** @throws KontikiError when the disks cannot be used, or no thread can be started. */
  constructor(options: CheckedOptions, stateMachine: string) {
    const opened = openDisks(options);
    this.disks = opened.disks;
    this.channels = new Channels();
    this.applied = new AppliedWatch({
      turn: (onApplied) => this.channels.tellApplied(onApplied),
      leader: () => this.supervisor.leader(),
    });
    const network = { carrier: options.network };
    const carrier = options.faults ? switching(network) : options.network;
    this.supervisor = startSupervisor(options, opened, stateMachine, {
      network: carrier,
      probe: this.channels.spec,
    });
    this.faults = options.faults ? new ClusterFaults(network, () => this.supervisor) : undefined;
    this.members = new MemberChanges(this.supervisor, this.disks, options.heartbeatMs);
    this.#isChecked = options.checks.snapshots || options.checks.throws === "fail";
    this.watch = new MachineWatch({
      children: () => this.supervisor.children,
      emit: (event) => this.onEvent(event),
      isOn: this.#isChecked,
    });
    this.client = new ClusterClient(this.supervisor, options);
    this.supervisor.events.on("event", (event) => this.onEvent(event));
    this.supervisor.events.on("hosts", () => this.client.updateNodes());
    this.supervisor.events.on("status", (child) => this.#onStatus(child));
    // Its nodes have ended with it.
    this.supervisor.events.on("lost", () => {
      this.members.end();
      this.disks.close();
    });
  }

  onEvent(event: ClusterEvent): void {
    this.client.onEvent(event);
    this.watch.onEvent(event);
    tell(() => this.channels.onEvent(event));
    tell(() => this.events.emit("event", event));
  }

  /** Nodes under load report a new status a thousand times a second: without a listener it costs nothing. */
  #onStatus(child: RemoteChild): void {
    if (this.channels.wantsRoles) tell(() => this.channels.onStatus(child.status()));
    if (this.events.listenerCount("status") === 0) return;
    tell(() => this.events.emit("status", child.status()));
  }

  /**
   * Ends all that is pending, and stops all nodes: see `Cluster.stop`.
   *
   * @throws KontikiError when a thread cannot even be killed. StateMachineError when a fault of the state machine was found.
   */
  async end(timeoutMs: number): Promise<void> {
    this.client.close();
    this.supervisor.announceStop();
    if (this.#isChecked) await this.watch.end();
    await stopAll(this.supervisor, this.disks, this.members, timeoutMs);
    await this.channels.close();
    if (this.#isChecked) this.watch.check();
  }
}
