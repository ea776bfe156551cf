import type { NodeId } from "@kontiki/core";
import { setHeader } from "./command.ts";
import type { Outcome } from "./outcome.ts";
import type { CommandBytes } from "./storage.ts";

/** What the client wants done, in order. */
export type ClientEffect =
  /** Send these commands to a node as one parcel. When that cannot be delivered at all, say `refused`. */
  | {
      readonly type: "send";
      readonly to: NodeId;
      readonly parcel: number;
      readonly commands: readonly CommandBytes[];
    }
  /** A proposal has ended. `result` holds the state machine's answer, still encoded. */
  | { readonly type: "settle"; readonly sequence: number; readonly end: ProposalEnd };

/** How a proposal ended, before its result is opened. */
export type ProposalEnd =
  | { readonly type: "answered"; readonly result: Uint8Array }
  | Extract<Outcome<never>, { readonly type: "definitelyNot" | "unknown" }>;

/** How long the client waits, in ms. */
export type ClientTimes = {
  /** For an answer, before it sends a command again, doubled each time: longer than an election usually takes. */
  readonly attemptMs: number;
  /** After a refusal without a better address, before it tries the next node. */
  readonly backoffMs: number;
};

/** Most bytes of commands in one parcel; a larger command travels alone. */
const PARCEL_BYTES_MAX = 1024 * 1024;

/** How often the wait for an answer is doubled at most. */
const PATIENCE_DOUBLINGS_MAX = 4;

type Pending = {
  readonly command: CommandBytes;
  readonly deadline: number;
  /** The parcel it went with last, as long as its fate is open; 0 while it waits to be sent. */
  parcel: number;
  sentTo: NodeId | undefined;
  sentAt: number;
  /** How often it was sent and no answer came in time. */
  unanswered: number;
  /** A parcel of it was left open when another was sent: it may be in a log somewhere. */
  mayBeTaken: boolean;
};

/**
 * The client as data and rules: what to send, what to send again, and when to stop. Who drives it gives the time with
 * each call and performs the effects; nothing here knows of threads, timers or promises.
 *
 * A command is sent again when its leader died, another one is known, or no answer came in time; the layer above the
 * state machine knows repeats by client and sequence number (dissertation 6.3). A proposal whose every parcel was
 * refused is `definitelyNot`; one with a parcel whose fate is open when its deadline passes is `unknown`.
 */
export class Client {
  readonly #id: number;
  readonly #nodes: readonly NodeId[];
  readonly #times: ClientTimes;
  readonly #pending = new Map<number, Pending>();
  /** Sequence numbers to send with the next flush, in order. */
  #queue: number[] = [];
  #sequence = 0;
  #parcels = 0;
  #leader: NodeId | undefined;
  #lastTried = 0;
  #notBefore = 0;

  /** @param id a random whole number below 2^48, not used by another client of the cluster, ever. */
  constructor(id: number, nodes: readonly NodeId[], times: ClientTimes) {
    this.#id = id;
    this.#nodes = nodes;
    this.#times = times;
  }

  /** How many proposals have not ended. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Takes a command and gives its sequence number. It is sent, with a header, by the next {@link flush}. */
  propose(command: CommandBytes, deadline: number): number {
    this.#sequence += 1;
    const sequence = this.#sequence;
    this.#pending.set(sequence, {
      command,
      deadline,
      parcel: 0,
      sentTo: undefined,
      sentAt: 0,
      unanswered: 0,
      mayBeTaken: false,
    });
    this.#queue.push(sequence);
    return sequence;
  }

  /** Sends what waits, if there is somebody to send it to. */
  flush(now: number): ClientEffect[] {
    if (this.#queue.length === 0 || now < this.#notBefore) return [];
    const to = this.#leader ?? this.#nextNode();
    if (to === undefined) return [];
    const effects: ClientEffect[] = [];
    const floor = this.#floor();
    let commands: CommandBytes[] = [];
    let bytes = 0;
    for (const sequence of this.#queue) {
      const pending = this.#pending.get(sequence);
      if (pending === undefined) continue;
      if (commands.length === 0 || bytes + pending.command.length > PARCEL_BYTES_MAX) {
        this.#parcels += 1;
        commands = [];
        bytes = 0;
        effects.push({ type: "send", to, parcel: this.#parcels, commands });
      }
      // A repeat is sent as it was: its header says once and for all which command it is.
      if (pending.sentTo === undefined)
        setHeader(pending.command, { client: this.#id, sequence, floor });
      pending.parcel = this.#parcels;
      pending.sentTo = to;
      pending.sentAt = now;
      commands.push(pending.command);
      bytes += pending.command.length;
    }
    this.#queue = [];
    return effects;
  }

  /** A node answered these commands. A second answer to the same one is of no interest. */
  answered(sequences: readonly number[], results: readonly Uint8Array[]): ClientEffect[] {
    const effects: ClientEffect[] = [];
    sequences.forEach((sequence, at) => {
      const result = results[at];
      if (result === undefined || !this.#pending.delete(sequence)) return;
      effects.push({ type: "settle", sequence, end: { type: "answered", result } });
    });
    return effects;
  }

  /**
   * None of a parcel's commands was taken. With a leader known they are sent there; otherwise to the next node, after
   * a pause.
   */
  refused(parcel: number, leader: NodeId | undefined, now: number): ClientEffect[] {
    const again = [...this.#pending].filter(([, pending]) => pending.parcel === parcel);
    if (again.length === 0) return [];
    const refusedBy = again[0]?.[1].sentTo;
    this.#requeue(again, "refused");
    if (leader !== undefined && leader !== refusedBy) this.#leader = leader;
    else {
      if (this.#leader === refusedBy) this.#leader = undefined;
      this.#notBefore = now + this.#times.backoffMs;
    }
    return this.flush(now);
  }

  /** A parcel did not fit into a mailbox: the same node again, after a pause. */
  busy(parcel: number, now: number): void {
    this.#requeue(
      [...this.#pending].filter(([, pending]) => pending.parcel === parcel),
      "refused",
    );
    this.#notBefore = now + this.#times.backoffMs;
  }

  /** It is known who leads now. What went to another node is sent there: it may have been lost with that one. */
  leaderIs(leader: NodeId, now: number): ClientEffect[] {
    this.#leader = leader;
    this.#notBefore = 0;
    this.#requeue(
      [...this.#pending].filter(([, { parcel, sentTo }]) => parcel !== 0 && sentTo !== leader),
      "open",
    );
    return this.flush(now);
  }

  /** A node's thread is gone, and with it what lay in its mailbox; some of that may be in a log. */
  nodeDied(node: NodeId, now: number): void {
    if (this.#leader === node) this.#leader = undefined;
    this.#requeue(
      [...this.#pending].filter(([, { parcel, sentTo }]) => parcel !== 0 && sentTo === node),
      "open",
    );
    this.#notBefore = Math.max(this.#notBefore, now + this.#times.backoffMs);
  }

  /** Time has passed: ends what is over its deadline and sends again what waited too long for an answer. */
  tick(now: number): ClientEffect[] {
    const effects: ClientEffect[] = [];
    const late: [number, Pending][] = [];
    for (const [sequence, pending] of this.#pending) {
      if (now >= pending.deadline)
        effects.push(this.#expire(sequence, pending, "no answer came before the deadline"));
      else if (pending.parcel !== 0 && now - pending.sentAt >= this.#patience(pending))
        late.push([sequence, pending]);
    }
    if (late.length > 0) this.#leader = undefined;
    for (const [, pending] of late) pending.unanswered += 1;
    this.#requeue(late, "open");
    return [...effects, ...this.flush(now)];
  }

  /** The cluster is going away: whatever has not ended, ends now. */
  close(reason: string): ClientEffect[] {
    return [...this.#pending].map(([sequence, pending]) => this.#expire(sequence, pending, reason));
  }

  /** Twice as long each time no answer came: a cluster that is slow is not helped by more of the same. */
  #patience({ unanswered }: Pending): number {
    return this.#times.attemptMs * 2 ** Math.min(unanswered, PATIENCE_DOUBLINGS_MAX);
  }

  #expire(sequence: number, pending: Pending, reason: string): ClientEffect {
    this.#pending.delete(sequence);
    const open = pending.mayBeTaken || pending.parcel !== 0;
    return { type: "settle", sequence, end: { type: open ? "unknown" : "definitelyNot", reason } };
  }

  /** Puts commands back in the queue, each where it was proposed: parcels come back in any order. */
  #requeue(again: readonly (readonly [number, Pending])[], fate: "refused" | "open"): void {
    if (again.length === 0) return;
    for (const [, pending] of again) {
      pending.parcel = 0;
      pending.mayBeTaken ||= fate === "open";
    }
    this.#queue = [...again.map(([sequence]) => sequence), ...this.#queue].sort((a, b) => a - b);
  }

  /** Below the lowest that is pending nobody waits. Asked once a flush: it looks past all that has ended since. */
  #floor(): number {
    for (const sequence of this.#pending.keys()) return sequence;
    return this.#sequence;
  }

  #nextNode(): NodeId | undefined {
    this.#lastTried += 1;
    return this.#nodes[this.#lastTried % this.#nodes.length];
  }
}
