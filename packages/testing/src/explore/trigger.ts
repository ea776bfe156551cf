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
  return [...ofTimeAndDisk(bounds), ...ofClients(bounds), ...ofOperators(bounds)];
}

function free(occasion: Occasion): Trigger {
  return { occasion, budget: undefined, nth: undefined };
}

function when(isOn: boolean, ...triggers: readonly Trigger[]): readonly Trigger[] {
  return isOn ? triggers : [];
}

function ofTimeAndDisk(bounds: Bounds): readonly Trigger[] {
  const { heartbeats, crashes, asyncDisk, budgets, configs } = bounds;
  const beat: Occasion = { type: "heartbeatTimeout" };
  return [
    free({ type: "electionTimeout" }),
    ...when(heartbeats > 0, { occasion: beat, budget: budgets.heartbeats, nth: undefined }),
    ...when((configs[0]?.quorumBeats ?? 0) > 0, free({ type: "leaderSilent" })),
    ...when(asyncDisk, free({ type: "sync" })),
    ...when(crashes > 0, free({ type: "crash" })),
  ];
}

function ofClients(bounds: Bounds): readonly Trigger[] {
  const { proposals, reads, damage, configs, budgets } = bounds;
  const ways = configs[0]?.leases === true ? [false, true] : [false];
  return [
    ...counted(proposals).map((nth): Trigger => ({
      occasion: { type: "propose", command: `x${nth + 1}` },
      budget: budgets.proposals,
      nth,
    })),
    ...counted(damage === 0 ? 0 : longestLog(bounds)).map((at): Trigger => ({
      occasion: { type: "lose", entry: at + 1 },
      budget: budgets.damage,
      nth: undefined,
    })),
    ...counted(reads).flatMap((nth) =>
      ways.map((leased): Trigger => ({
        occasion: { type: "read", id: nth + 1, leased },
        budget: budgets.reads,
        nth,
      })),
    ),
  ];
}

function ofOperators(bounds: Bounds): readonly Trigger[] {
  const { names, changes, transfers, snapshots, wipes, obituaries, budgets } = bounds;
  const costs = (budget: BudgetName, occasion: Occasion): Trigger => ({
    occasion,
    budget: budgets[budget],
    nth: undefined,
  });
  const requests = changesOf(names).map((each) =>
    costs("changes", { type: "changeMembership", changes: each }),
  );
  const handOvers = names.map((target) => costs("transfers", { type: "transfer", target }));
  const deaths = names.map((peer) => costs("obituaries", { type: "peerDown", peer }));
  return [
    ...when(changes > 0, ...requests),
    ...when(transfers > 0, ...handOvers),
    ...when(snapshots > 0, costs("snapshots", { type: "takeSnapshot" })),
    ...counted(wipes).map((nth) => ({ ...costs("wipes", { type: "wipe", uid: nth + 1 }), nth })),
    ...when(obituaries > 0, ...deaths),
  ];
}

/**
 * The entries at first, and at most one no-op of each term, the proposals, and the entries of each change and of each new disk, in
 * each term.
 */
function longestLog({ logs, terms, proposals, changes, wipes }: Bounds): number {
  const first = Math.max(0, ...logs.map(({ length }) => length));
  return first + terms + proposals + 3 * (changes + wipes) * terms;
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
