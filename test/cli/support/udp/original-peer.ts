import type {
  WireAppendEntries,
  WireAppendEntriesResponse,
  WireEntry,
  WireMessage,
  WireRequestVote,
} from "../../../../packages/cli/src/udp/wire-message.ts";
import { decodeDatagram, encodeDatagram } from "../../../../packages/cli/src/udp/wire.ts";

/** What a peer of a test does to its environment. */
export type PeerPorts = {
  readonly send: (to: string, bytes: Uint8Array) => void;
  readonly startTimer: (type: "election" | "heartbeat") => void;
};

/** The buffer that the original receives into: what is longer arrives cut, and ends it. */
const BUFFER_BYTES = 4096;

/**
 * A node that behaves as `interop.md` says the original does: it reports its own last index, compared or
 * not; it votes for every node that sends it a newer term, and drops the entries of such an AppendEntries; it sends
 * everything after what it considers acknowledged, and goes back by one at a heartbeat. It is not Raft.
 */
export class OriginalPeer {
  readonly id: string;
  readonly #nodes: readonly string[];
  readonly #ports: PeerPorts;
  role: "follower" | "candidate" | "leader" = "follower";
  term = 0n;
  log: WireEntry[] = [];
  /** Why its process exited. */
  died: string | undefined;
  #votedFor: string | undefined;
  #votes = new Set<string>();
  #next = new Map<string, bigint>();
  #acknowledged = new Map<string, bigint>();

  constructor(id: string, nodes: readonly string[], ports: PeerPorts) {
    this.id = id;
    this.#nodes = nodes;
    this.#ports = ports;
    ports.startTimer("election");
  }

  receive(bytes: Uint8Array): void {
    if (this.died !== undefined) return;
    try {
      const { from, message } = decodeDatagram(bytes.subarray(0, BUFFER_BYTES));
      this.#onMessage(from, message);
      this.#addValue();
    } catch (error) {
      this.died = String(error);
    }
  }

  timeout(type: "election" | "heartbeat"): void {
    if (this.died !== undefined) return;
    if (type === "heartbeat" && this.role === "leader") this.#sendEntries();
    if (type === "election" && this.role !== "leader") this.#stand();
    this.#addValue();
  }

  #onMessage(from: string, message: WireMessage): void {
    switch (message.type) {
      case "RequestVote":
        return this.#onRequestVote(from, message);
      case "RequestVoteResponse":
        if (message.term > this.term) return this.#stepDown(from, message.term);
        if (message.term === this.term && message.voteGranted) this.#onVote(from);
        return;
      case "AppendEntries":
        return this.#onAppendEntries(from, message);
      case "AppendEntriesResponse":
        return this.#onAnswer(from, message);
      default:
        return message satisfies never;
    }
  }

  #onRequestVote(from: string, request: WireRequestVote): void {
    if (this.role !== "follower") {
      if (request.term > this.term) this.#stepDown(from, request.term);
      else this.#send(from, { type: "RequestVoteResponse", term: this.term, voteGranted: false });
      return;
    }
    if (request.term > this.term) {
      this.term = request.term;
      this.#votedFor = undefined;
    }
    const last = this.log.at(-1);
    const voteGranted =
      request.term === this.term &&
      (this.#votedFor ?? from) === from &&
      request.lastLogTerm >= (last?.term ?? 0n) &&
      request.lastLogIndex >= (last?.index ?? 0n);
    this.#send(from, { type: "RequestVoteResponse", term: this.term, voteGranted });
    if (!voteGranted) return;
    this.#votedFor = from;
    this.#ports.startTimer("election");
  }

  /** For any newer term, whatever brought it: a vote that may not have been asked for. */
  #stepDown(from: string, term: bigint): void {
    this.role = "follower";
    this.term = term;
    this.#votedFor = from;
    this.#ports.startTimer("election");
    this.#send(from, { type: "RequestVoteResponse", term, voteGranted: true });
  }

  #onVote(from: string): void {
    if (this.role !== "candidate") return;
    this.#votes.add(from);
    if (this.#votes.size * 2 <= this.#nodes.length) return;
    this.role = "leader";
    this.#ports.startTimer("heartbeat");
    const last = this.log.at(-1);
    this.#next = new Map(this.#nodes.map((node) => [node, (last?.index ?? 0n) + 1n]));
    this.#acknowledged = new Map();
    for (const node of this.#others()) this.#send(node, this.#entriesFrom(this.log.length + 1));
  }

  #onAppendEntries(from: string, message: WireAppendEntries): void {
    if (message.term > this.term) return this.#stepDown(from, message.term);
    if (this.role === "leader") return;
    if (this.role === "candidate") {
      if (message.term === this.term) this.#stepDown(from, message.term);
      return;
    }
    if (message.term < this.term) return this.#answer(from, false);
    this.#ports.startTimer("election");
    if ((this.#at(message.prevLogIndex)?.term ?? 0n) !== message.prevLogTerm)
      return this.#answer(from, false);
    const known = message.entries.findIndex(({ index, term }) => this.#at(index)?.term !== term);
    if (known === -1) return this.#answer(from, true);
    const fresh = message.entries.slice(known);
    this.log = [...this.log.slice(0, Number(fresh[0]?.index) - 1), ...fresh];
    this.#answer(from, true);
  }

  #onAnswer(from: string, reply: WireAppendEntriesResponse): void {
    if (this.role !== "leader" || reply.term < this.term) return;
    if (reply.term > this.term) return this.#stepDown(from, reply.term);
    const next = this.#next.get(from) ?? 0n;
    if (!reply.success) {
      this.#next.set(from, next === 0n ? 0n : next - 1n);
    } else if (reply.lastIndex >= (this.#acknowledged.get(from) ?? 0n)) {
      this.#acknowledged.set(from, reply.lastIndex);
      this.#next.set(from, reply.lastIndex);
    }
  }

  #stand(): void {
    this.role = "candidate";
    this.term += 1n;
    this.#votes = new Set([this.id]);
    this.#ports.startTimer("election");
    const last = this.log.at(-1);
    for (const node of this.#others()) {
      this.#send(node, {
        type: "RequestVote",
        term: this.term,
        candidateId: this.id,
        lastLogIndex: last?.index ?? 0n,
        lastLogTerm: last?.term ?? 0n,
      });
    }
  }

  #sendEntries(): void {
    this.#ports.startTimer("heartbeat");
    for (const node of this.#others())
      this.#send(node, this.#entriesFrom(Number(this.#next.get(node)) + 1));
  }

  #entriesFrom(first: number): WireAppendEntries {
    const entries = this.log.slice(first - 1);
    const prev = this.log[this.log.length - entries.length - 1];
    return {
      type: "AppendEntries",
      term: this.term,
      leaderId: this.id,
      prevLogIndex: prev?.index ?? 0n,
      prevLogTerm: prev?.term ?? 0n,
      entries,
      commitIndex: this.#commit(),
    };
  }

  /** What a majority holds, of whatever term. */
  #commit(): bigint {
    const held = this.#nodes
      .map((node) =>
        node === this.id ? this.log.length : Number(this.#acknowledged.get(node) ?? 0n),
      )
      .toSorted((a, b) => b - a);
    return BigInt(held[Math.floor(this.#nodes.length / 2)] ?? 0);
  }

  /** A leader adds a value after every event, whatever it was. */
  #addValue(): void {
    if (this.role !== "leader") return;
    const index = BigInt(this.log.length + 1);
    const value = { node: this.id, number: index - 1n };
    this.log.push({ index, term: this.term, value });
  }

  #answer(to: string, success: boolean): void {
    const lastIndex = BigInt(this.log.length);
    this.#send(to, { type: "AppendEntriesResponse", term: this.term, success, lastIndex });
  }

  #at(index: bigint): WireEntry | undefined {
    return index === 0n ? undefined : this.log[Number(index) - 1];
  }

  #others(): readonly string[] {
    return this.#nodes.filter((node) => node !== this.id);
  }

  #send(to: string, message: WireMessage): void {
    this.#ports.send(to, encodeDatagram({ from: this.id, message }));
  }
}
