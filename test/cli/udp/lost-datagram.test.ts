import { index, nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import type { Kept } from "../../../packages/cli/src/udp/keeper.ts";
import type { Dropped, Turn } from "../../../packages/cli/src/udp/turn.ts";
import type { UdpNode } from "../../../packages/cli/src/udp/udp-node.ts";
import type { WireEntry } from "../../../packages/cli/src/udp/wire-message.ts";
import { encodeDatagram } from "../../../packages/cli/src/udp/wire.ts";
import { generator } from "../support/udp/lan.ts";
import { appendEntries, handle, makeNode, sentBy, vote } from "../support/udp/node.ts";
import { OriginalPeer } from "../support/udp/original-peer.ts";

/** The leader's log when it is elected in term 4: one entry of term 1, three of term 3. */
const LEADERS_LOG = entriesOf([1, 3, 3, 3]);

const FOLLOWERS: readonly (readonly [title: string, log: readonly WireEntry[]])[] = [
  ["without a log", []],
  ["with a shorter log", LEADERS_LOG.slice(0, 2)],
  ["with the same log", LEADERS_LOG],
  ["with a longer log, not all of it compared", entriesOf([1, 3, 3, 3, 3, 3, 3, 3, 3])],
  ["with other entries", entriesOf([1, 2, 2])],
  ["with many other entries", entriesOf([1, 2, 2, 2, 2, 2, 2, 2])],
];

/** Many more than one heartbeat causes. */
const DELIVERIES_MAX = 200;

/** Every datagram of the first heartbeats is lost once, in both directions. */
const LOST = Array.from({ length: 14 }, (_, at) => at);

describe.each(FOLLOWERS)("a follower of the original %s", (_title, log) => {
  test.each(LOST)("has everything one heartbeat after datagram %i was lost", (lost) => {
    const pair = new Pair(log, [lost]);
    pair.elect();
    while (!pair.hasLost) pair.heartbeat();
    pair.heartbeat();
    expect({ caughtUp: pair.isCaughtUp(), proves: pair.proves() }).toEqual({
      caughtUp: true,
      proves: true,
    });
  });

  test("has everything three heartbeats after any two were lost, and no match is claimed too early", () => {
    const wrong: string[] = [];
    for (const first of LOST) {
      for (const second of LOST.filter((other) => other > first)) {
        const pair = new Pair(log, [first, second]);
        pair.elect();
        let beatsSince = 0;
        while (beatsSince < 3) {
          beatsSince = pair.hasLost ? beatsSince + 1 : 0;
          pair.heartbeat();
          if (!pair.proves()) wrong.push(`${first} and ${second}: match ${pair.match}`);
        }
        if (!pair.isCaughtUp()) wrong.push(`${first} and ${second}: only up to ${pair.match}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

test.each(FOLLOWERS)(
  "no order of datagrams claims a match too early: a follower %s",
  (_title, log) => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = generator(seed);
      const pair = new Pair(log, []);
      pair.elect(0);
      for (let beats = 0; beats < 30; beats += 1) {
        // Some datagrams wait for the next heartbeats, and are overtaken.
        pair.heartbeat(Math.floor(random() * 8), random);
        if (!pair.proves()) wrong.push(`seed ${seed}: match ${pair.match}`);
      }
      pair.heartbeat();
      pair.heartbeat();
      if (!pair.isCaughtUp()) wrong.push(`seed ${seed}: only up to ${pair.match}`);
    }
    expect(wrong).toEqual([]);
  },
);

/**
 * A leader of ours and one follower of the original. Time stands still, so no AppendEntries is ever given up: only answers
 * can end a wait.
 */
class Pair {
  readonly #leader: UdpNode;
  readonly #follower: OriginalPeer;
  readonly #lost: readonly number[];
  #inFlight: { readonly to: "leader" | "follower"; readonly bytes: Uint8Array }[] = [];
  #datagrams = 0;
  /** The leader's last entry at its last heartbeat. */
  #announced = 0;

  /** @param lost the numbers of the datagrams that do not arrive. */
  constructor(log: readonly WireEntry[], lost: readonly number[]) {
    this.#leader = makeNode({ kept: keptEntries() });
    this.#lost = lost;
    this.#follower = new OriginalPeer("node0", ["node0", "node1", "node2"], {
      send: (_to, bytes) => this.#send("leader", bytes),
      startTimer: () => undefined,
    });
    this.#follower.term = 4n;
    this.#follower.log = [...log];
  }

  get hasLost(): boolean {
    return this.#lost.every((lost) => this.#datagrams > lost);
  }

  get match(): number {
    const { role } = this.#leader.state;
    return (role.type === "leader" && role.progress[nodeId("node0")]?.match) || 0;
  }

  elect(deliveries?: number): void {
    this.#leader.timeout("electionTimeout");
    this.#perform(handle(this.#leader, "node2", vote(4)));
    this.#deliver(deliveries);
  }

  /** A heartbeat, and then this many deliveries: all of them, in their order, when left out. */
  heartbeat(deliveries?: number, random?: () => number): void {
    this.#announced = this.#leader.log.lastIndex;
    this.#perform(this.#leader.timeout("heartbeatTimeout"));
    this.#deliver(deliveries, random);
  }

  /** Whether the follower holds all that was there at the last heartbeat, and the leader knows it. */
  isCaughtUp(): boolean {
    return this.#agreesUpTo(this.#announced) && this.match >= this.#announced;
  }

  /** Whether the follower's log equals the leader's as far as the leader assumes it. */
  proves(): boolean {
    return this.#agreesUpTo(this.match);
  }

  #agreesUpTo(last: number): boolean {
    const places = Array.from({ length: last }, (_, at) => index(at + 1));
    const { log } = this.#leader;
    return places.every((at) => this.#follower.log[at - 1]?.term === BigInt(log.termAt(at) ?? -1));
  }

  #deliver(most = DELIVERIES_MAX, random = (): number => 0): void {
    for (let count = 0; count < most && this.#inFlight.length > 0; count += 1) {
      if (count === DELIVERIES_MAX - 1) throw new Error("they answer each other without end");
      const [next] = this.#inFlight.splice(Math.floor(random() * this.#inFlight.length), 1);
      if (next?.to === "follower") this.#follower.receive(next.bytes);
      else if (next !== undefined) this.#perform(this.#leader.receive(next.bytes));
    }
  }

  #perform(turn: Turn | Dropped): void {
    if (turn.type === "dropped") throw new Error(`dropped: ${turn.reason}`);
    for (const [to, message] of sentBy(turn))
      if (to !== "node2") this.#send("follower", encodeDatagram({ from: "node1", message }));
  }

  #send(to: "leader" | "follower", bytes: Uint8Array): void {
    if (!this.#lost.includes(this.#datagrams)) this.#inFlight.push({ to, bytes });
    this.#datagrams += 1;
  }
}

/** Entries of these terms. */
function entriesOf(terms: readonly number[]): readonly WireEntry[] {
  return terms.map((term, at) => ({
    index: BigInt(at + 1),
    term: BigInt(term),
    value: { node: "node0", number: BigInt(at) },
  }));
}

function keptEntries(): Kept {
  const entries = LEADERS_LOG.map(
    (entry) => [Number(entry.index), Number(entry.term), Number(entry.value.number)] as const,
  );
  const node = makeNode();
  handle(node, "node0", appendEntries({ term: 3, entries }));
  const { log, state } = node;
  return {
    hard: { term: state.term, votedFor: undefined },
    entries: log.slice(log.firstIndex, log.lastIndex, Infinity),
    horizon: undefined,
  };
}
