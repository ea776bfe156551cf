import { checkState, index, nodeId, type HardState } from "@kontiki/core";
import {
  FORGETFUL,
  NOTHING_KEPT,
  type Keeper,
  type Kept,
} from "../../../../packages/cli/src/udp/keeper.ts";
import { configFor } from "../../../../packages/cli/src/udp/interop.ts";
import type { Command, Dropped } from "../../../../packages/cli/src/udp/turn.ts";
import { UdpNode } from "../../../../packages/cli/src/udp/udp-node.ts";
import type { Value } from "../../../../packages/cli/src/udp/wire-message.ts";
import { DATAGRAM_BYTES_MAX, encodeDatagram } from "../../../../packages/cli/src/udp/wire.ts";
import { OriginalPeer } from "./original-peer.ts";
import { PATIENCE_MS } from "./node.ts";

/** A node of either kind. `election` is from when to when its election timer may run, in ms. */
export type Seat = {
  readonly id: string;
  readonly kind: "ours" | "original";
  readonly election?: readonly [fromMs: number, toMs: number];
  /** Keeps term, vote and log over a restart. Only Kontiki nodes can. */
  readonly keeps?: boolean;
};

const HEARTBEAT_MS = 5000;
const DELAY_MS = 1;

/**
 * Nodes of both kinds on a network without sockets, in virtual time: a run is determined by its seed.
 */
export class Lan {
  readonly #seats: readonly Seat[];
  readonly #random: () => number;
  #queue: { readonly atMs: number; readonly happen: () => void }[] = [];
  readonly #running = new Map<string, Running>();
  readonly #kept = new Map<string, Kept>();
  #nowMs = 0;
  /** The share of datagrams that are lost. */
  loss = 0;
  /** Datagrams of Kontiki nodes, to originals or not. */
  largest = 0;
  /** Datagrams that Kontiki nodes dropped. */
  readonly dropped: Dropped[] = [];
  /** Entries that Kontiki nodes reported as committed, by index. */
  readonly committed = new Map<number, string>();

  constructor(seats: readonly Seat[], seed: number) {
    this.#seats = seats;
    this.#random = generator(seed);
    for (const { id } of seats) this.start(id);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  ours(id: string): UdpNode {
    const node = this.#running.get(id)?.node;
    if (!(node instanceof UdpNode)) throw new Error(`${id} is not one of ours, or does not run`);
    return node;
  }

  original(id: string): OriginalPeer {
    const node = this.#running.get(id)?.node;
    if (!(node instanceof OriginalPeer)) throw new Error(`${id} is no original, or does not run`);
    return node;
  }

  /** The running nodes that consider themselves leader. */
  leaders(): readonly string[] {
    return [...this.#running].filter(([, { node }]) => roleOf(node) === "leader").map(([id]) => id);
  }

  /** A log as one text for each entry: index, term and value. */
  logOf(id: string): readonly string[] {
    const node = this.#running.get(id)?.node;
    if (node === undefined) return [];
    if (node instanceof OriginalPeer)
      return node.log.map((entry) => textOf(entry.index, entry.term, entry.value));
    const { log } = node;
    if (log.lastIndex === 0) return [];
    return log
      .slice(log.firstIndex, log.lastIndex, Infinity)
      .map((entry) =>
        entry.type === "command" ? textOf(entry.index, entry.term, entry.command) : "noop",
      );
  }

  run(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#queue;
      if (next === undefined || next.atMs > untilMs) break;
      this.#queue.shift();
      this.#nowMs = next.atMs;
      next.happen();
    }
    this.#nowMs = untilMs;
  }

  /** Runs on until something holds. @throws Error when it takes longer than `ms`. */
  until(what: string, holds: () => boolean, ms = 300_000): void {
    for (let passed = 0; passed < ms; passed += 100) {
      if (holds()) return;
      this.run(100);
    }
    throw new Error(`not within ${ms} ms: ${what}`);
  }

  stop(id: string): void {
    this.#running.delete(id);
  }

  start(id: string): void {
    const seat = this.#seats.find((known) => known.id === id);
    if (seat === undefined) throw new Error(`no seat ${id}`);
    const running = new Running();
    this.#running.set(id, running);
    if (seat.kind === "ours") this.#startOurs(seat, running);
    else this.#startOriginal(seat, running);
  }

  restart(id: string): void {
    this.stop(id);
    this.start(id);
  }

  #startOriginal(seat: Seat, running: Running): void {
    const ids = this.#seats.map(({ id }) => id);
    running.node = new OriginalPeer(seat.id, ids, {
      send: (to, bytes) => this.#deliver(to, bytes),
      startTimer: (type) => {
        const ms = type === "election" ? this.#electionMs(seat) : HEARTBEAT_MS;
        this.#schedule(seat.id, running, type, ms, () => {
          const { node } = running;
          if (node instanceof OriginalPeer) node.timeout(type);
        });
      },
    });
  }

  #startOurs(seat: Seat, running: Running): void {
    const nodes = this.#seats.map(({ id }) => nodeId(id));
    const kept = this.#kept.get(seat.id) ?? NOTHING_KEPT;
    const node = new UdpNode({
      config: configFor(nodeId(seat.id), nodes),
      kept,
      keeper: seat.keeps === true ? this.#keeper(seat.id, kept) : FORGETFUL,
      patienceMs: PATIENCE_MS,
      draw: {
        election: () => Math.round(this.#electionMs(seat) * 1000),
        heartbeat: () => HEARTBEAT_MS * 1000,
      },
      nowMs: () => this.#nowMs,
    });
    running.node = node;
    this.#perform(seat.id, running, node, node.begin().commands);
  }

  #perform(id: string, running: Running, node: UdpNode, commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.type === "send" || command.type === "broadcast") {
        const bytes = encodeDatagram({ from: id, message: command.message });
        this.largest = Math.max(this.largest, bytes.length);
        if (bytes.length > DATAGRAM_BYTES_MAX) throw new Error(`${id} sent ${bytes.length} bytes`);
        for (const seat of this.#seats) {
          if (seat.id !== id && (command.type === "broadcast" || command.to === seat.id))
            this.#deliver(seat.id, bytes);
        }
      } else if (
        command.type === "resetElectionTimeout" ||
        command.type === "resetHeartbeatTimeout"
      ) {
        const type =
          command.type === "resetElectionTimeout" ? "electionTimeout" : "heartbeatTimeout";
        this.#schedule(id, running, type, command.microseconds / 1000, () => {
          this.#perform(id, running, node, node.timeout(type).commands);
        });
      } else if (command.type === "commit" && command.before < command.upTo)
        this.#noteCommit(id, command.before, command.upTo);
    }
    this.#check(id, node);
  }

  #noteCommit(id: string, before: number, upTo: number): void {
    const { log } = this.ours(id);
    for (const entry of log.slice(index(before + 1), index(upTo), Infinity)) {
      if (entry.type === "command")
        this.committed.set(entry.index, textOf(entry.index, entry.term, entry.command));
    }
  }

  #check(id: string, node: UdpNode): void {
    const config = configFor(
      nodeId(id),
      this.#seats.map((seat) => nodeId(seat.id)),
    );
    const wrong = checkState({ env: { config, log: node.log }, state: node.state });
    if (wrong.length > 0) throw new Error(wrong.join("; "));
  }

  #deliver(to: string, bytes: Uint8Array): void {
    if (this.#random() < this.loss) return;
    this.#at(DELAY_MS * (1 + this.#random()), () => {
      const running = this.#running.get(to);
      if (running === undefined) return;
      const { node } = running;
      if (node instanceof OriginalPeer) node.receive(bytes);
      if (!(node instanceof UdpNode)) return;
      const outcome = node.receive(bytes);
      if (outcome.type === "dropped") this.dropped.push(outcome);
      else this.#perform(to, running, node, outcome.commands);
    });
  }

  #schedule(id: string, running: Running, timer: string, ms: number, fire: () => void): void {
    const epoch = (running.epochs.get(timer) ?? 0) + 1;
    running.epochs.set(timer, epoch);
    this.#at(ms, () => {
      const current = running.epochs.get(timer) === epoch && this.#running.get(id) === running;
      if (current) fire();
    });
  }

  #at(ms: number, happen: () => void): void {
    const atMs = this.#nowMs + ms;
    const place = this.#queue.findIndex((later) => later.atMs > atMs);
    this.#queue.splice(place === -1 ? this.#queue.length : place, 0, { atMs, happen });
  }

  #electionMs({ election: [from, to] = [10_000, 20_000] }: Seat): number {
    return from + this.#random() * (to - from);
  }

  #keeper(id: string, kept: Kept): Keeper {
    let { hard, horizon } = kept;
    const entries = kept.entries.slice();
    return {
      saveHardState: (changed: HardState) => void (hard = changed),
      append: (more) => void entries.push(...more),
      truncate: (after) => void (entries.length = after),
      forgetHorizon: () => void (horizon = undefined),
      sync: () => void this.#kept.set(id, { hard, entries: entries.slice(), horizon }),
      close: () => undefined,
    };
  }
}

/** One life of a node. */
class Running {
  node: UdpNode | OriginalPeer | undefined;
  readonly epochs = new Map<string, number>();
}

function roleOf(node: UdpNode | OriginalPeer | undefined): string | undefined {
  if (node instanceof UdpNode) return node.state.role.type;
  return node?.role;
}

function textOf(at: number | bigint, term: number | bigint, value: Value): string {
  return `${at}/${term} ${value.node} ${value.number}`;
}

/** A small random number generator: mulberry32. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
