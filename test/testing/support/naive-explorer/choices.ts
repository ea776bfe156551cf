import type { Change, NodeId } from "@kontiki/core";
import { contentOf } from "../../../core/support/core.ts";
import type { Packet } from "../../../core/support/network.ts";
import type { Server } from "../../../core/support/server.ts";
import { NAMES, type NaiveBounds } from "./bounds.ts";

/** One transition. Nodes and packets are given by their positions. */
export type Choice = {
  readonly what: (typeof TURNS)[number] | (typeof ASKED)[number] | "deliver" | "drop" | "lose";
  /** The position of the node or the packet. */
  readonly at: number;
  readonly stays: boolean;
  readonly end: "well" | "nothing" | "everything";
  /** The entry that the disk loses, the node that it is about, or the position of a change; else 0. */
  readonly which: number;
};

/** What can happen at a server without a packet. */
const TURNS = [
  "election",
  "heartbeat",
  "silence",
  "propose",
  "read",
  "lease",
  "snapshot",
  "wipe",
  "sync",
  "crash",
] as const;

/** What an operator asks a server, or the supervisor reports to it. */
const ASKED = ["change", "transfer", "death"] as const;

/** All choices to try next. Some of them change nothing or are not allowed. */
export function choicesOf(
  bounds: NaiveBounds,
  servers: readonly Server[],
  flying: readonly Packet[],
): readonly Choice[] {
  const places = [...servers.keys()];
  const plain = { stays: false, which: 0 } as const;
  const turns = TURNS.flatMap((what) => places.map((at) => ({ ...plain, what, at })));
  const { duplicates, drops, crashes, changes, transfers, obituaries } = bounds;
  const asked = [
    ...(changes > 0
      ? changesAmong(bounds.nodes).map((_change, which) => ["change", which] as const)
      : []),
    ...(transfers > 0 ? places.map((which) => ["transfer", which] as const) : []),
    ...(obituaries > 0 ? places.map((which) => ["death", which] as const) : []),
  ].flatMap(([what, which]) => places.map((at) => ({ ...plain, what, which, at })));
  const packets = [...flying.keys()].flatMap((at) => [
    { ...plain, what: "deliver" as const, at },
    ...(duplicates > 0 ? [{ ...plain, what: "deliver" as const, at, stays: true }] : []),
    ...(drops > 0 ? [{ ...plain, what: "drop" as const, at }] : []),
  ]);
  const losses = servers.flatMap(({ disk }, at) =>
    contentOf(disk.image.log).map(
      ({ index }) => ({ ...plain, what: "lose", at, which: index, end: "well" }) as const,
    ),
  );
  const ends = crashes > 0 ? (["well", "nothing", "everything"] as const) : (["well"] as const);
  const others = [...turns, ...asked, ...packets].flatMap((choice) =>
    ends.map((end) => ({ ...choice, end })),
  );
  return [...others, ...losses];
}

/** All requests that change one or two servers, by the number of servers. */
const CHANGES = [0, 1, 2, 3].map((nodes) => changesOf(NAMES.slice(0, nodes)));

/** All requests that change one or two of so many servers. */
export function changesAmong(nodes: number): readonly (readonly Change[])[] {
  return CHANGES[nodes] ?? [];
}

function changesOf(names: readonly NodeId[]): readonly (readonly Change[])[] {
  const all: (readonly Change[])[] = [];
  const learner = { type: "addLearner", uid: 0, promote: true } as const;
  for (const node of names) {
    const out: Change = { type: "remove", node };
    const into: Change = { type: "addVoter", node, uid: 0 };
    all.push([out], [into], [{ ...learner, node, replaces: undefined }]);
    for (const other of names.filter((name) => name !== node)) {
      all.push([out, { type: "addVoter", node: other, uid: 0 }]);
      all.push([{ ...learner, node, replaces: other }]);
      if (other < node) continue;
      all.push([out, { type: "remove", node: other }]);
      all.push([into, { type: "addVoter", node: other, uid: 0 }]);
    }
  }
  return all;
}
