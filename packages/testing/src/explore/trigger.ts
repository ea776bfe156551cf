import type { Change, NodeId } from "@kontiki/core";
import type { Bounds } from "./bounds.ts";
import type { Budget, BudgetName } from "./budget.ts";

/** What can happen at a node besides the arrival of a message. */
export type Occasion =
  | { readonly type: "electionTimeout" }
  | { readonly type: "heartbeatTimeout" }
  | { readonly type: "leaderSilent" }
  /** Everything that the node wrote becomes durable. */
  | { readonly type: "sync" }
  /** Its process crashes and restarts. */
  | { readonly type: "crash" }
  /** A client proposes a command: `x1`, then `x2`, and so on. */
  | { readonly type: "propose"; readonly command: string }
  /** Its process crashes, and restarts from a disk that has lost this entry. */
  | { readonly type: "lose"; readonly entry: number }
  /** A client asks it to read: the first read has id 1. `leased`: it may answer by its lease. */
  | { readonly type: "read"; readonly id: number; readonly leased: boolean }
  | { readonly type: "changeMembership"; readonly changes: readonly Change[] }
  | { readonly type: "transfer"; readonly target: NodeId }
  /** It takes a snapshot of everything that it knows to be committed. */
  | { readonly type: "takeSnapshot" }
  /** Its process crashes, and restarts with an empty disk, which has this uid. */
  | { readonly type: "wipe"; readonly uid: number }
  /** It hears that the process of another node is dead. */
  | { readonly type: "peerDown"; readonly peer: NodeId };

/** Something that can happen at a node, and what a run spends for it. */
export type Trigger = {
  readonly occasion: Occasion;
  readonly budget: Budget | undefined;
  /** The units of the budget that must be spent before it: numbered occasions happen in the order of their numbers. */
  readonly nth: number | undefined;
};

/** All triggers within these bounds. Their positions in the list are their numbers. */
export function triggersOf(bounds: Bounds): readonly Trigger[] {
  const { proposals, damage, heartbeats, crashes, reads, asyncDisk, budgets } = bounds;
  const { names, changes, transfers, snapshots, wipes, obituaries } = bounds;
  const { quorumBeats = 0, leases = false } = bounds.configs[0] ?? {};
  const free = (type: "electionTimeout" | "leaderSilent" | "sync"): Trigger => ({
    occasion: { type },
    budget: undefined,
    nth: undefined,
  });
  const costs = (budget: BudgetName, occasion: Occasion, nth?: number): Trigger => ({
    occasion,
    budget: budgets[budget],
    nth,
  });
  const when = (isOn: boolean, ...triggers: readonly Trigger[]): readonly Trigger[] =>
    isOn ? triggers : [];
  return [
    free("electionTimeout"),
    ...when(heartbeats > 0, costs("heartbeats", { type: "heartbeatTimeout" })),
    ...when(quorumBeats > 0, free("leaderSilent")),
    ...when(asyncDisk, free("sync")),
    ...when(crashes > 0, { ...free("sync"), occasion: { type: "crash" } }),
    ...counted(proposals).map((nth) =>
      costs("proposals", { type: "propose", command: `x${nth + 1}` }, nth),
    ),
    ...when(
      damage > 0,
      ...counted(longestLog(bounds)).map((at) => costs("damage", { type: "lose", entry: at + 1 })),
    ),
    ...counted(reads).flatMap((nth) =>
      [false, ...(leases ? [true] : [])].map((leased) =>
        costs("reads", { type: "read", id: nth + 1, leased }, nth),
      ),
    ),
    ...when(
      changes > 0,
      ...changesOf(names).map((each) =>
        costs("changes", { type: "changeMembership", changes: each }),
      ),
    ),
    ...when(
      transfers > 0,
      ...names.map((target) => costs("transfers", { type: "transfer", target })),
    ),
    ...when(snapshots > 0, costs("snapshots", { type: "takeSnapshot" })),
    ...counted(wipes).map((nth) => costs("wipes", { type: "wipe", uid: nth + 1 }, nth)),
    ...when(
      obituaries > 0,
      ...names.map((peer) => costs("obituaries", { type: "peerDown", peer })),
    ),
  ];
}

/** At most one no-op of each term, the proposals, and the entries of each change and of each new disk, in each term. */
function longestLog({ terms, proposals, changes, wipes }: Bounds): number {
  return terms + proposals + 3 * (changes + wipes) * terms;
}

function counted(count: number): readonly number[] {
  return Array.from({ length: count }, (_none, at) => at);
}

/** All requests that change one or two nodes. A node that is added has its first disk. */
function changesOf(names: readonly NodeId[]): readonly (readonly Change[])[] {
  const remove = (node: NodeId): Change => ({ type: "remove", node });
  const add = (node: NodeId): Change => ({ type: "addVoter", node, uid: 0 });
  const learn = (node: NodeId, replaces: NodeId | undefined): Change => {
    return { type: "addLearner", node, uid: 0, promote: true, replaces };
  };
  const pairs = names.flatMap((one, at) =>
    names.slice(at + 1).map((other): readonly [NodeId, NodeId] => [one, other]),
  );
  return [
    ...names.flatMap((node) => [[remove(node)], [add(node)], [learn(node, undefined)]]),
    ...pairs.flatMap(([one, other]) => [
      [remove(one), remove(other)],
      [remove(one), add(other)],
      [add(one), remove(other)],
      [add(one), add(other)],
      [learn(one, other)],
      [learn(other, one)],
    ]),
  ];
}
