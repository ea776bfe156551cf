/** Three node actors on disks in memory, which are driven turn by turn until nothing is left to do. */
import { makeConfig, type Config, type NodeId } from "@kontiki/core";
import { isClientAddress } from "../../../packages/actors/src/mail/address.ts";
import type { OutgoingMail } from "../../../packages/actors/src/mail/protocol.ts";
import type { Letter } from "../../../packages/actors/src/node/letter.ts";
import { NodeActor } from "../../../packages/actors/src/node/node-actor.ts";
import { ReadIds } from "../../../packages/actors/src/node/reads.ts";
import type { SnapshotPolicy } from "../../../packages/actors/src/node/snapshot-taker.ts";
import { openStorage } from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import type { Recovered, Storage } from "../../../packages/actors/src/storage/storage.ts";
import { createWal } from "../../../packages/actors/src/storage/wal/open-wal.ts";
import { commandOf, Journal, NODES, opening, proposal, timer } from "./actors.ts";
import { filesOf, memoryDisk } from "./storage/disks.ts";

type Files = Record<string, Uint8Array>;

type Running = {
  readonly actor: NodeActor;
  readonly storage: Storage;
  readonly journal: Journal;
  readonly recovered: Recovered;
  readonly inbox: Letter[];
};

export type DiskClusterOptions = Partial<Config> & {
  readonly segmentBytes?: number;
  readonly policy?: SnapshotPolicy;
};

const NEVER: SnapshotPolicy = { entries: Infinity, bytes: Infinity };
const ROUNDS_MAX = 200;

/** A cluster whose disks a test damages while it is stopped. */
export class DiskCluster {
  readonly #options: DiskClusterOptions;
  readonly #files = new Map<NodeId, Files>();
  readonly #running = new Map<NodeId, Running>();
  readonly #disks = new Map<NodeId, ReturnType<typeof memoryDisk>>();
  #starts = 0;
  #sequence = 0;

  constructor(options: DiskClusterOptions = {}) {
    this.#options = options;
    for (const node of NODES) {
      const disk = memoryDisk();
      createWal(disk);
      this.#files.set(node, filesOf(disk));
    }
  }

  /** Starts some nodes, by default all. */
  start(nodes: readonly NodeId[] = NODES): void {
    for (const id of nodes) {
      const { segmentBytes = 100_000, policy = NEVER, ...config } = this.#options;
      const disk = memoryDisk(this.#files.get(id) ?? {});
      const { storage, snapshots, recovered } = openStorage(disk, { segmentBytes });
      this.#starts += 1;
      const journal = new Journal();
      const actor = new NodeActor({
        config: makeConfig({ id, voters: NODES, preVote: false, quorumBeats: 0, ...config }),
        recovered,
        storage,
        snapshots,
        machine: journal,
        readIds: new ReadIds(this.#starts),
        policy,
        lease: undefined,
        tracer: undefined,
      });
      this.#disks.set(id, disk);
      this.#running.set(id, { actor, storage, journal, recovered, inbox: [] });
    }
  }

  /** Stops all nodes. */
  stop(): void {
    for (const [id, { storage }] of this.#running) {
      storage.close();
      const disk = this.#disks.get(id);
      if (disk !== undefined) this.#files.set(id, filesOf(disk));
    }
    this.#running.clear();
  }

  /** The files of a stopped node. */
  files(id: NodeId): Files {
    return this.#files.get(id) ?? {};
  }

  /** Changes the files of a stopped node. */
  damage(id: NodeId, change: (files: Files) => Files): void {
    this.#files.set(id, change(this.files(id)));
  }

  /** A node that runs. */
  node(id: NodeId): Running {
    const found = this.#running.get(id);
    if (found === undefined) throw new Error(`${id} does not run`);
    return found;
  }

  get leader(): NodeId | undefined {
    const leaders = [...this.#running].filter(([, { actor }]) => actor.leads);
    return leaders.sort(([, a], [, b]) => b.actor.state.term - a.actor.state.term)[0]?.[0];
  }

  /** Lets a node stand for election, and waits until all is quiet. */
  elect(id: NodeId): void {
    const { actor, inbox } = this.node(id);
    inbox.push(timer(actor.timer.epoch));
    this.#quiet();
  }

  /** Proposes commands to the leader, each in its own turn. */
  propose(...texts: readonly string[]): void {
    const leader = this.leader;
    if (leader === undefined) throw new Error("there is no leader");
    const { inbox } = this.node(leader);
    if (this.#sequence === 0) {
      inbox.push(proposal(0, opening()));
      this.#quiet();
    }
    for (const text of texts) {
      this.#sequence += 1;
      inbox.push(proposal(this.#sequence, commandOf(this.#sequence, text)));
      this.#quiet();
    }
  }

  /** Lets timers run out until the nodes agree, at most for some rounds. Returns whether they do. */
  settle(): boolean {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      for (const [id, { actor, inbox }] of this.#running) {
        const { type, epoch } = actor.timer;
        if (type === "heartbeat" || this.leader === undefined || round % 10 === 9) {
          inbox.push(timer(epoch));
          this.#quiet();
        }
        if (this.#agree(id)) return true;
      }
    }
    return false;
  }

  /** Whether a node leads, and all have applied what it has. */
  #agree(id: NodeId): boolean {
    if (this.leader !== id) return false;
    const last = this.node(id).actor.log.lastIndex;
    return [...this.#running.values()].every(({ actor }) => {
      const { last: own, applied } = actor.status();
      return own === last && applied === last && actor.state.horizon === undefined;
    });
  }

  /** Delivers mail until there is none. */
  #quiet(): void {
    for (let turns = 0; turns < 100_000; turns += 1) {
      const busy = [...this.#running].find(
        ([, { actor, inbox }]) => inbox.length > 0 || actor.hasBacklog,
      );
      if (busy === undefined) return;
      this.#turn(...busy);
    }
    throw new Error("the cluster never comes to rest");
  }

  #turn(id: NodeId, { actor, storage, inbox }: Running): void {
    this.#post(id, actor.begin(inbox.splice(0), 0));
    actor.write();
    this.#post(id, actor.apply());
    storage.sync();
    this.#post(id, actor.finish());
    this.#post(id, actor.apply());
    actor.workOnSnapshot();
  }

  #post(from: NodeId, mail: readonly OutgoingMail[]): void {
    for (const { to, bytes } of mail)
      if (!isClientAddress(to))
        this.#running.get(to)?.inbox.push({ type: "mail", from, incarnation: 1, bytes });
  }
}
