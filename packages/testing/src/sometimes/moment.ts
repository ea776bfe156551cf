import {
  INDEX_ZERO,
  majority,
  maxIndex,
  type Effect,
  type Index,
  type Leader,
  type Membership,
  type Message,
  type NodeId,
  type State,
} from "@kontiki/core";
import type { Moment, Trigger } from "./point.ts";

/** Steps in which a server can become leader. */
export const WINNING: readonly Trigger[] = [
  "voteReply",
  "preVoteReply",
  "electionTimeout",
  "timeoutNow",
];

/** Steps in which a leader can commit something. */
export const COMMITTING: readonly Trigger[] = ["appendAccepted", "durable"];

/** The data of a leader; undefined for any other role. */
export function leaderIn({ role }: State): Leader | undefined {
  return role.type === "leader" ? role : undefined;
}

/** Whether the server began to lead in this step. */
export function wins({ before, after }: Moment): boolean {
  return (
    after.role.type === "leader" && (before.role.type !== "leader" || before.term !== after.term)
  );
}

/**
 * The last entry that a leader knows a server to hold durably once it has taken note of the event, and before it draws
 * any conclusion: that may change the membership, and with it what it keeps of others.
 */
export function heldBy({ env, before, event }: Moment, node: NodeId): Index {
  if (node === env.config.id) {
    const counts = event.type === "durable" && env.log.termAt(event.index) === event.term;
    return counts ? maxIndex(before.durable, event.index) : before.durable;
  }
  const known = leaderIn(before)?.progress[node]?.match ?? INDEX_ZERO;
  if (event.type !== "message" || event.from !== node) return known;
  const { message } = event;
  const counts = message.type === "appendAccepted" && message.term === before.term;
  return counts ? maxIndex(known, message.match) : known;
}

/** How many of these servers a leader knows to hold the entry at `index`. */
export function holders(moment: Moment, nodes: readonly NodeId[], index: number): number {
  return nodes.filter((node) => heldBy(moment, node) >= index).length;
}

/** Whether `count` servers are exactly a majority of an even number of them. */
export function isEvenMajority(nodes: readonly NodeId[], count: number): boolean {
  return isEven(nodes) && count === majority(nodes.length);
}

/** Whether `count` servers are exactly half of them. */
export function isHalf(nodes: readonly NodeId[], count: number): boolean {
  return nodes.length > 0 && count * 2 === nodes.length;
}

/** Whether there is an even number of servers, and one at least. */
export function isEven(nodes: readonly NodeId[]): boolean {
  return nodes.length > 0 && nodes.length % 2 === 0;
}

/** The first effect of a kind. */
export function effectOf<const T extends Effect<unknown>["type"]>(
  { effects }: Moment,
  type: T,
): (Effect<unknown> & { readonly type: T }) | undefined {
  return effects.find(
    (effect): effect is Effect<unknown> & { readonly type: T } => effect.type === type,
  );
}

/** The first message of a kind that the step sends. */
export function sentOf<const T extends Message<unknown>["type"]>(
  { effects }: Moment,
  type: T,
): (Message<unknown> & { readonly type: T }) | undefined {
  for (const effect of effects)
    if (effect.type === "send" && effect.message.type === type)
      return effect.message as Message<unknown> & { readonly type: T };
  return undefined;
}

/** Whether nothing changed and nothing is to be done: the event was ignored. */
export function isIgnored({ before, after, effects }: Moment): boolean {
  return before === after && effects.length === 0;
}

/** The membership that the step appends to the log, if it does. */
export function appendedMembership(moment: Moment): Membership | undefined {
  for (const effect of moment.effects)
    if (effect.type === "appendLog")
      for (const entry of effect.entries) if (entry.type === "membership") return entry.membership;
  return undefined;
}
