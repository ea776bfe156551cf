import { makeConfig, type NodeId } from "@kontiki/core";
import { isClientAddress } from "../../../../packages/actors/src/mail/address.ts";
import type { Disk } from "../../../../packages/actors/src/storage/disk/disk.ts";
import type { Letter } from "../../../../packages/actors/src/node/letter.ts";
import { NodeActor } from "../../../../packages/actors/src/node/node-actor.ts";
import {
  openStorage,
  type OpenedStorage,
} from "../../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../../packages/actors/src/storage/wal/open-wal.ts";
import type { OutgoingMail } from "../../../../packages/actors/src/mail/protocol.ts";
import { ReadIds } from "../../../../packages/actors/src/node/reads.ts";
import type { Recovered, Storage } from "../../../../packages/actors/src/storage/storage.ts";
import { DamagedLogError } from "../../../../packages/actors/src/storage/wal/log-errors.ts";
import { decodeParcel } from "../../../../packages/actors/src/mail/wire.ts";
import { Journal, n1, n2, n3, NODES } from "../actors.ts";
import type { Chance } from "../../../core/support/chance.ts";
import { ForgetfulDisk } from "../forgetful-disk.ts";
import { PowerLoss } from "../storage/disks.ts";
import { AskingClient } from "./asking-client.ts";
import { Claims, type Followed } from "./claims.ts";
import { asTheRunnerDoes, type Driver, type Parts } from "./driver.ts";
import { Stop, type Findings } from "./findings.ts";
import { keptBytes, Power, type Cut } from "./power.ts";
import { Promises } from "./promises.ts";

/** What the nodes and their power are made of. */
export type NodesOptions = {
  readonly chance: Chance;
  readonly cuts?: readonly Cut[];
  readonly driver?: Driver;
  /** Whether fdatasync does anything. */
  readonly diskSyncs?: boolean;
  readonly segmentBytes?: number;
};

export type PoweredNode = {
  readonly id: NodeId;
  readonly disk: ForgetfulDisk;
  readonly promises: Promises;
  readonly inbox: Letter[];
  /** The last letters sent to it: they may still be in flight when all nodes lose power. */
  underWay: readonly Letter[];
  /** How often it was started. */
  starts: number;
  life: Life | undefined;
};

/** What ends with a power loss. */
type Life = Followed & {
  readonly storage: Storage;
  readonly journal: Journal;
  turn: Generator<undefined, void> | undefined;
};

/** Small enough for windows, batches and snapshots to matter in a few hundred steps. */
const LIMITS = {
  preVote: false,
  quorumBeats: 0,
  maxAppendBytes: 60,
  maxInflight: 2,
  keptEntries: 2,
} as const;
const SNAPSHOT_ENTRIES = 8;

/** How many letters are in flight to a node at most. */
export const MAIL_MAX = 3;

/** The nodes and their client: their lives, turns and mail, and what is noticed of them. */
export class PoweredNodes {
  readonly all: readonly PoweredNode[];
  readonly client: AskingClient;
  readonly power: Power;
  readonly claims: Claims;
  readonly #options: NodesOptions;
  readonly #findings: Findings;
  readonly #driver: Driver;
  #leaderTerm = 0;

  constructor(options: NodesOptions, findings: Findings) {
    this.#options = options;
    this.#findings = findings;
    this.#driver = options.driver ?? asTheRunnerDoes;
    this.power = new Power(options.cuts ?? []);
    this.claims = new Claims(findings);
    this.client = new AskingClient(findings, (to, letter) => this.#deliver(to, letter));
    this.all = [n1, n2, n3].map((id) => {
      const disk = new ForgetfulDisk(options.diskSyncs ?? true);
      createWal(disk);
      disk.onOperation = (operation) => {
        this.power.point();
        if (operation === "create") findings.sometimes.rolled += 1;
      };
      const promises = new Promises(id, findings);
      return { id, disk, promises, inbox: [], underWay: [], starts: 0, life: undefined };
    });
  }

  /** The leader of the latest term, while it runs. */
  get leader(): PoweredNode | undefined {
    const leads = ({ life }: PoweredNode): boolean =>
      life?.actor.state.role.type === "leader" && life.actor.state.term === this.#leaderTerm;
    return this.all.find(leads);
  }

  /** Starts a node from its disk. */
  start(node: PoweredNode): void {
    this.#guard(node, () => {
      const { storage, snapshots, recovered } = this.#open(node.disk);
      const { sometimes } = this.#findings;
      if (recovered.tornBytes > 0) sometimes.torn += 1;
      if (isUncompacted(recovered)) sometimes.uncompacted += 1;
      sometimes.restarts += 1;
      node.starts += 1;
      const config = makeConfig({ id: node.id, voters: NODES, ...LIMITS });
      const journal = new Journal();
      const actor = new NodeActor({
        config,
        recovered,
        storage,
        snapshots,
        machine: journal,
        readIds: new ReadIds(node.starts),
        policy: { entries: SNAPSHOT_ENTRIES, bytes: Infinity },
        lease: undefined,
        tracer: undefined,
      });
      node.promises.checkRecovered(actor);
      node.life = { ...this.claims.follow(config, actor), storage, journal, turn: undefined };
    });
  }

  #open(disk: Disk): OpenedStorage {
    const { segmentBytes = 400 } = this.#options;
    try {
      const opened = openStorage(disk, { segmentBytes });
      const { damage } = opened.recovered;
      if (damage !== undefined) this.#findings.report("damage", damage);
      return opened;
    } catch (error) {
      if (!(error instanceof DamagedLogError)) throw error;
      this.#findings.report("damage", error.message);
      throw new Stop();
    }
  }

  /** Continues a node's turn, or begins one with the first letters of its mailbox. */
  advance(node: PoweredNode, letters: number): void {
    const { life } = node;
    if (life === undefined) return;
    this.#guard(node, () => {
      life.turn ??= this.#driver(this.#partsOf(node, life, node.inbox.splice(0, letters)));
      if (life.turn.next().done === true) life.turn = undefined;
      this.claims.check(life, () =>
        this.all.flatMap((each) => (each.life === undefined ? [] : [each.life])),
      );
      this.#noteLeader(node, life);
    });
  }

  #noteLeader({ id }: PoweredNode, { actor: { state } }: Life): void {
    if (state.role.type !== "leader" || state.term <= this.#leaderTerm) return;
    this.#leaderTerm = state.term;
    this.#findings.sometimes.elections += 1;
    this.client.leaderIs(id);
  }

  #partsOf(node: PoweredNode, { actor, storage }: Life, letters: readonly Letter[]): Parts {
    return {
      begin: () => {
        const mail = this.#countingSnapshots(actor, () => actor.begin(letters, this.client.now));
        this.#findings.sometimes.truncated += node.promises.giveUpReplaced(actor);
        return mail;
      },
      write: () => actor.write(),
      leads: () => actor.leads,
      apply: () => actor.apply(),
      sync: () => storage.sync(),
      finish: () => actor.finish(),
      workOnSnapshot: () => this.#countingSnapshots(actor, () => actor.workOnSnapshot()),
      post: (mail) => {
        for (const letter of mail) this.#send(node, actor, letter);
      },
    };
  }

  #countingSnapshots<T>(actor: NodeActor, act: () => T): T {
    const before = actor.state.snapshot?.index ?? 0;
    const result = act();
    this.#countSnapshot(actor, before);
    return result;
  }

  #countSnapshot({ state, log }: NodeActor, before: number): void {
    const { snapshot } = state;
    const { sometimes } = this.#findings;
    if (snapshot === undefined || snapshot.index === before) return;
    // One that was received replaces the whole log.
    if (log.firstIndex - 1 === snapshot.index) sometimes.installed += 1;
    else sometimes.snapshots += 1;
    if (log.firstIndex > 1) sometimes.compacted += 1;
  }

  #guard(node: PoweredNode, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
      this.#cutPower(node, this.power.takeCut());
    }
  }

  #cutPower(node: PoweredNode, cut: Cut): void {
    const struck = cut.who === "one" ? [node] : this.all;
    for (const { id, disk } of struck) {
      disk.losePower((bytes) => keptBytes(cut, bytes, this.#options.chance));
      this.client.nodeDied(id);
    }
    for (const dead of struck) {
      dead.life = undefined;
      dead.inbox.length = 0;
    }
    if (cut.who === "one" || cut.who === "all and the mail") return;
    // What had left arrives when they are back, as it does at machines with a switch between them.
    for (const { inbox, underWay } of struck) inbox.push(...underWay);
  }

  #send(
    { id, promises, starts }: PoweredNode,
    actor: NodeActor,
    { to, bytes }: OutgoingMail,
  ): void {
    this.power.point();
    const parcel = decodeParcel(bytes);
    if (isClientAddress(to)) return this.client.receive(parcel);
    if (parcel.type === "raft")
      for (const message of parcel.messages) promises.onSent(actor, to, message);
    this.#deliver(to, { type: "mail", from: id, incarnation: starts, bytes });
  }

  #deliver(to: NodeId, letter: Letter): boolean {
    const target = this.all.find(({ id }) => id === to);
    if (target === undefined) return false;
    if (letter.type === "mail" && !isClientAddress(letter.from))
      target.underWay = [...target.underWay, letter].slice(-MAIL_MAX);
    if (target.life === undefined) return false;
    target.inbox.push(letter);
    return true;
  }
}

/** Whether power failed between the publishing of a snapshot and the sync of the compaction after it. */
function isUncompacted({ snapshot, base }: Recovered): boolean {
  return snapshot !== undefined && base.index < snapshot.index - LIMITS.keptEntries;
}

/** Whether a node has something to do. */
export function isBusy({ life, inbox }: PoweredNode): boolean {
  if (life === undefined) return false;
  return life.turn !== undefined || inbox.length > 0 || life.actor.hasBacklog;
}
