import { checkState, nodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { configFor } from "../../../packages/cli/src/udp/interop.ts";
import type { UdpNode } from "../../../packages/cli/src/udp/udp-node.ts";
import type { WireMessage } from "../../../packages/cli/src/udp/wire-message.ts";
import { encodeDatagram } from "../../../packages/cli/src/udp/wire.ts";
import { generator } from "../support/udp/lan.ts";
import { makeNode, NODES } from "../support/udp/node.ts";
import { vectors } from "../support/udp/vectors.ts";

const DATAGRAMS = 100_000;

/** A flipped bit may be in a term, and after a term of 2^50 little can happen in a run. */
const LIVES = 200;

type Random = () => number;

test(`${DATAGRAMS} random datagrams are survived and counted`, () => {
  const random = generator(2026);
  const seen = { turns: 0, dropped: 0, follower: 0, preCandidate: 0, candidate: 0, leader: 0 };
  for (let life = 0; life < LIVES; life += 1) {
    let nowMs = 0;
    const node = makeNode({ nowMs: () => nowMs });
    let dropped = 0;
    for (let sent = 0; sent < DATAGRAMS / LIVES; sent += 1) {
      nowMs += 20;
      const outcome = node.receive(anyDatagram(random, node));
      if (outcome.type === "dropped") dropped += 1;
      else seen.turns += 1;
      seen[node.state.role.type] += 1;
      if (sent % 50 === 0) node.timeout("electionTimeout");
      if (sent % 70 === 0) node.timeout("heartbeatTimeout");
    }
    expect(node.dropped).toBe(dropped);
    expect(violations(node)).toEqual([]);
    seen.dropped += dropped;
  }
  expect(seen.turns + seen.dropped).toBe(DATAGRAMS);
  const { preCandidate, ...met } = seen;
  expect(preCandidate).toBe(0);
  // The run is not vacuous: many datagrams were dropped, many were not, in every role.
  for (const count of Object.values(met)) expect(count).toBeGreaterThan(DATAGRAMS / 100);
}, 60_000);

/** Random bytes, a damaged datagram, or a valid one with wrong claims about this node. */
function anyDatagram(random: Random, node: UdpNode): Uint8Array {
  const kind = random();
  if (kind < 0.3) return bytesOfChance(random);
  const sound = nonsense(random, node);
  return kind < 0.6 ? damaged(random, sound) : sound;
}

function bytesOfChance(random: Random): Uint8Array {
  const bytes = new Uint8Array(below(random, 120));
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = below(random, 256);
  return bytes;
}

function damaged(random: Random, sound: Uint8Array): Uint8Array {
  const picked = vectors[below(random, vectors.length)];
  const bytes =
    random() < 0.5 || picked === undefined ? sound : new Uint8Array(Buffer.from(picked.hex, "hex"));
  for (let flips = 1 + below(random, 4); flips > 0; flips -= 1) {
    const at = below(random, bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
  }
  return random() < 0.3 ? bytes.subarray(0, below(random, bytes.length)) : bytes;
}

function nonsense(random: Random, node: UdpNode): Uint8Array {
  const from = NODES[below(random, NODES.length)] ?? "node0";
  const near = (value: number): bigint => BigInt(Math.max(0, value + below(random, 4) - 2));
  const { lastIndex } = node.log;
  const term = near(node.state.term);
  const at = near(random() < 0.5 ? lastIndex : below(random, lastIndex + 1));
  const places: readonly (() => WireMessage)[] = [
    () => ({
      type: "RequestVote",
      term,
      candidateId: from,
      lastLogIndex: at,
      lastLogTerm: near(node.state.term - 1),
    }),
    () => ({ type: "RequestVoteResponse", term, voteGranted: random() < 0.5 }),
    () => ({ type: "AppendEntriesResponse", term, success: random() < 0.5, lastIndex: at }),
    () => ({
      type: "AppendEntries",
      term,
      leaderId: from,
      prevLogIndex: at,
      prevLogTerm: BigInt(node.log.termAt(node.log.lastIndex) ?? 0),
      entries: Array.from({ length: below(random, 3) }, (_, offset) => ({
        index: at + 1n + BigInt(offset),
        term,
        value: { node: from, number: at },
      })),
      commitIndex: near(lastIndex),
    }),
  ];
  const message = places[below(random, places.length)]?.() ?? { ...EMPTY, term };
  return encodeDatagram({ from, message });
}

const EMPTY: WireMessage = { type: "RequestVoteResponse", term: 0n, voteGranted: false };

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function violations(node: UdpNode): readonly string[] {
  const config = configFor(nodeId("node1"), NODES);
  return checkState({ env: { config, log: node.log }, state: node.state });
}
