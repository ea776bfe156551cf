import type { Effect, NodeId } from "@kontiki/core";
import { latestOf } from "./lease-time.ts";
import type { History } from "./history-variables.ts";

/** What one turn of a node means for reads and leases, in this order. */
export type ReadReport = {
  /** The rounds that are known to have begun an election timeout ago, by term. */
  readonly passed: readonly number[];
  /** The read that a client asked the node. */
  readonly asked: number | undefined;
  readonly answered: readonly { readonly id: number; readonly index: number }[];
  /** Reads that the node refuses. */
  readonly refused: readonly number[];
  /** Whether the node forgets its reads, because it crashes. */
  readonly crashes: boolean;
};

/** What an effect means for reads. */
export function answersIn(
  effects: readonly Effect<string>[],
): Pick<ReadReport, "answered" | "refused"> {
  return {
    answered: effects.flatMap((effect) =>
      effect.type === "readReady" ? [{ id: effect.id, index: effect.index }] : [],
    ),
    refused: effects.flatMap((effect) => (effect.type === "rejectRead" ? [effect.id] : [])),
  };
}

/** The history after the rounds that a report says have passed, and the read that it says was asked. */
export function withAsked(history: History, node: NodeId, { passed, asked }: ReadReport): History {
  const later = passed.length === 0 ? history : withPassed(history, passed);
  if (asked === undefined) return later;
  const read = { id: asked, node, floor: later.committed.length };
  return { ...later, reads: [...(later.reads ?? []), read] };
}

/**
 * The history after the answers of a report. Returns a sentence instead when an answer is not linearizable: the log up to
 * its index lacks an entry that was known to be committed when the client asked (§8, dissertation 6.4).
 */
export function withAnswered(
  history: History,
  node: NodeId,
  { answered, refused, crashes }: ReadReport,
): History | string {
  const { reads = [] } = history;
  const ended = new Set(refused);
  for (const { id, index } of answered) {
    const read = reads.find((each) => each.id === id && each.node === node);
    if (read !== undefined && index < read.floor)
      return `Linearizability: ${node} answers read ${id} as of entry ${index}, but entry ${read.floor} was committed before it was asked`;
    ended.add(id);
  }
  const open = reads.filter((read) => read.node !== node || !(crashes || ended.has(read.id)));
  return open.length === reads.length ? history : { ...history, reads: open };
}

function withPassed(history: History, passed: readonly number[]): History {
  const { passed: known = [] } = history;
  const latest = latestOf(known, passed);
  return latest.every((round, at) => round === known[at])
    ? history
    : { ...history, passed: latest };
}
