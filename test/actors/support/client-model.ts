import type { NodeId } from "@kontiki/core";
import { Client, type ClientEffect } from "../../../packages/actors/src/client/client.ts";
import { encodeCommand } from "../../../packages/actors/src/sessions/command.ts";
import { eachCommand } from "../../../packages/actors/src/sessions/run.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { spread } from "../../../packages/actors/src/client/client-effect.ts";
import { CLIENT, n1, NODES } from "./actors.ts";
import { answers } from "./answers.ts";
import type { Chance } from "../../core/support/chance.ts";

export const TIMES = { attemptMs: 100, backoffMs: 10 };
const OK = Uint8Array.of(1);

export function newClient(): Client {
  return new Client(CLIENT, NODES, TIMES);
}

/** The sequence numbers of the commands in a parcel, without the one that opens the session. */
export function sequencesOf(commands: readonly CommandBytes[]): number[] {
  const sequences = commands.flatMap(eachCommand).map(({ sequence }) => sequence);
  return sequences.filter((sequence) => sequence > 0);
}

/** The end of a proposal. */
type Settled = ClientEffect & { readonly type: "settle" };

/**
 * What really happens to the parcels that a client sends. The client sees of it only refusals and answers: late, in any
 * order and twice. `problems` are the ends that contradict it.
 */
export class ClientModel {
  readonly client = newClient();
  readonly deadlines = new Map<number, number>();
  readonly ends: Map<number, Settled> = new Map();
  readonly problems: string[] = [];
  readonly #chance: Chance;
  /** Parcels in a mailbox; what will be said of those that left it; commands that stand in some log. */
  readonly #mailboxes: { readonly to: NodeId; readonly parcel: number; readonly of: number[] }[] =
    [];
  #replies: (() => readonly ClientEffect[])[] = [];
  readonly #inLogs = new Set<number>();
  /** Parcels that the client still waits for; that were refused while it did; and those of each command. */
  #awaited: { readonly parcel: number; readonly to: NodeId; readonly sentAt: number }[] = [];
  readonly #refusedInTime = new Set<number>();
  readonly #parcelsOf = new Map<number, number[]>();
  now = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  step(): void {
    const what = this.#chance.below(10);
    const node = this.#chance.pick(NODES) ?? n1;
    this.now += this.#chance.below(20);
    if (what < 3) this.#propose();
    else if (what === 3) this.#tick();
    else if (what === 4) this.#elect(node);
    else if (what === 5) this.#crash(node);
    else if (what < 8) this.#takeParcel();
    else this.#reply();
  }

  perform(effects: readonly ClientEffect[]): void {
    for (const effect of spread(effects)) {
      if (effect.type === "settle") this.#settle(effect);
      else if (effect.type === "send") this.#send(effect);
    }
  }

  #tick(): void {
    this.#awaited = this.#awaited.filter(({ sentAt }) => this.now - sentAt < TIMES.attemptMs);
    this.perform(this.client.tick(this.now));
  }

  #elect(leader: NodeId): void {
    this.#awaited = this.#awaited.filter(({ to }) => to === leader);
    this.perform(this.client.leaderIs(leader, this.now));
  }

  #propose(): void {
    for (let count = this.#chance.below(3); count >= 0; count -= 1) {
      const deadline = this.now + this.#chance.below(300);
      this.deadlines.set(this.client.propose(encodeCommand("x"), deadline), deadline);
    }
    this.perform(this.client.flush(this.now));
  }

  #send({ to, parcel, commands }: ClientEffect & { readonly type: "send" }): void {
    const of = sequencesOf(commands);
    if (new Set(of).size < of.length) this.problems.push(`parcel ${parcel} holds a command twice`);
    for (const sequence of of) {
      if (this.ends.has(sequence)) this.problems.push(`${sequence} was sent after its end`);
      this.#parcelsOf.set(sequence, [...(this.#parcelsOf.get(sequence) ?? []), parcel]);
    }
    this.#awaited.push({ parcel, to, sentAt: this.now });
    const fate = this.#chance.below(10);
    if (fate === 0) {
      this.#noteRefusal(parcel);
      this.client.busy(parcel, this.now);
    } else if (fate === 1) {
      this.#noteRefusal(parcel);
      this.perform(this.client.refused(parcel, "notLeader", undefined, this.now));
    } else this.#mailboxes.push({ to, parcel, of });
  }

  /** A node takes a parcel into its log, whose entries may be committed or not, or refuses it. */
  #takeParcel(): void {
    const at = this.#chance.below(this.#mailboxes.length + 1);
    const [letter] = this.#mailboxes.splice(at, 1);
    if (letter === undefined) return;
    const { parcel, of } = letter;
    if (this.#chance.below(3) === 0) {
      const hint = this.#chance.pick([...NODES, undefined]);
      this.#replies.push(() => {
        this.#noteRefusal(parcel);
        return this.client.refused(parcel, "notLeader", hint, this.now);
      });
      return;
    }
    for (const sequence of of) this.#inLogs.add(sequence);
    if (this.#chance.below(2) === 0)
      this.#replies.push(() =>
        this.client.answered(
          answers(
            of,
            of.map(() => OK),
          ),
          this.now,
        ),
      );
  }

  /** Its mailbox is gone with it. */
  #crash(node: NodeId): void {
    const left = this.#mailboxes.filter(({ to }) => to !== node);
    this.#mailboxes.splice(0, this.#mailboxes.length, ...left);
    this.#awaited = this.#awaited.filter(({ to }) => to !== node);
    this.client.nodeDied(node, this.now);
  }

  #reply(): void {
    const at = this.#chance.below(this.#replies.length + 1);
    const reply = this.#replies[at];
    if (reply === undefined) return;
    if (this.#chance.below(4) > 0) this.#replies.splice(at, 1);
    this.perform(reply());
  }

  #noteRefusal(parcel: number): void {
    if (this.#awaited.some((one) => one.parcel === parcel)) this.#refusedInTime.add(parcel);
  }

  #settle(effect: Settled): void {
    const { sequence, end } = effect;
    if (this.ends.has(sequence)) this.problems.push(`${sequence} ended twice`);
    this.ends.set(sequence, effect);
    const taken = this.#inLogs.has(sequence);
    const waits = this.#mailboxes.some(({ of }) => of.includes(sequence));
    const open = this.#parcelsOf.get(sequence)?.some((parcel) => !this.#refusedInTime.has(parcel));
    if (end.type === "answered" && !taken)
      this.problems.push(`${sequence} was answered from nowhere`);
    if (end.type === "definitelyNot" && (taken || waits))
      this.problems.push(
        `${sequence} is or may yet be in a log, and the client said definitelyNot`,
      );
    if (end.type === "unknown" && open !== true)
      this.problems.push(
        `every parcel of ${sequence} was refused in time, and it ended as unknown`,
      );
    const early = this.now < (this.deadlines.get(sequence) ?? 0);
    if (end.type !== "answered" && early) this.problems.push(`${sequence} was given up too early`);
  }
}
