import { membershipOf, sameMembership, uidOf, type Membership, type NodeId } from "@kontiki/core";
import { entriesOf, isMajority, lastMembership, membershipsIn } from "./majorities.ts";
import type { SteppedNode } from "./noteworthy.ts";

/**
 * What a step of one node may do with memberships. It is computed from logs and from counts of servers, and not with the
 * functions by which the core decides:
 *
 * - the last membership in the log is in force, and no other (§6, dissertation 4.1);
 * - a leader is elected, and commits, by a majority of each half of that membership (dissertation 4.3);
 * - a leader begins a change only after it has committed the last one and an entry of its own term, and every majority of
 *   the new membership shares a server with every majority of the one before (dissertation 4.1).
 */
export function checkMemberships(stepped: SteppedNode): readonly string[] {
  const { before, after } = stepped;
  const { id } = after.env.config;
  const found: string[] = [];
  const claim = (holds: boolean, otherwise: string): void => {
    if (!holds) found.push(`${id} in term ${after.state.term}: ${otherwise}`);
  };
  claim(
    sameMembership(lastMembership(after), membershipOf(after.env, after.state)),
    "the membership in force is not the last one of its log",
  );
  const [{ role: old }, { role: now }] = [before.state, after.state];
  if (now.type !== "leader") return found;
  if (old.type !== "leader")
    claim(isMajority(lastMembership(before), votersFor(stepped)), "it leads without a majority");
  else if (after.state.commit > before.state.commit)
    claim(
      isMajority(lastMembership(before), holdersOf(stepped)),
      `it commits ${after.state.commit} without a majority`,
    );
  for (const { membership, previous, at } of appended(stepped)) {
    claim(at <= after.state.commit, `it changes the membership before entry ${at} is committed`);
    claim(
      after.env.log.termAt(after.state.commit) === after.state.term,
      "it changes the membership before it has committed an entry of its term",
    );
    claim(overlap(previous, membership), "Membership Overlap: two majorities share no server");
  }
  return found;
}

/** The memberships that a step appends, each with the one before it and the index of that one. */
function appended({ before, after, effects }: SteppedNode): readonly {
  readonly membership: Membership;
  readonly previous: Membership;
  readonly at: number;
}[] {
  if (!effects.some(({ type }) => type === "appendLog")) return [];
  const end = before.env.log.lastIndex;
  const all = membershipsIn(entriesOf(after.env.log));
  return all.flatMap(({ index, membership }, place) => {
    if (index <= end) return [];
    const known = all[place - 1] ?? { index: 0, membership: lastMembership(before) };
    return [{ membership, previous: known.membership, at: known.index }];
  });
}

/** The servers that hold everything that a leader has committed, itself up to its last durable entry. */
function holdersOf({ event, before, after }: SteppedNode): readonly NodeId[] {
  const { role } = before.state;
  const { commit, durable } = after.state;
  if (role.type !== "leader") return [];
  const own = durable >= commit ? [after.env.config.id] : [];
  const known = Object.entries(role.progress).filter(([, { match }]) => match >= commit);
  const isAnswer = event.type === "message" && event.message.type === "appendAccepted";
  const last = isAnswer && event.message.match >= commit ? [event.from] : [];
  return [...own, ...known.map(([node]) => node as NodeId), ...last];
}

/** The servers that voted for a new leader: those that it counted, and the sender of the vote that decided. */
function votersFor({ event, before, after }: SteppedNode): readonly NodeId[] {
  const { role } = before.state;
  const counted = role.type === "candidate" ? role.votes : [];
  const decides = event.type === "message" && event.message.type === "voteReply";
  const last = decides && event.message.granted ? [event.from] : [];
  return [...new Set([after.env.config.id, ...counted, ...last])];
}

/** Whether every majority of one membership shares a server, with the same disk, with every majority of another. */
function overlap(one: Membership, other: Membership): boolean {
  const [all, others] = [one, other].map((membership) => majoritiesOf(membership));
  return (all ?? []).every((some) =>
    (others ?? []).every((more) =>
      some.some((node) => more.includes(node) && uidOf(one, node) === uidOf(other, node)),
    ),
  );
}

/** All sets of servers that decide. */
function majoritiesOf(membership: Membership): readonly (readonly NodeId[])[] {
  const nodes = [...new Set([...membership.voters, ...membership.outgoing])];
  const sets = Array.from({ length: 1 << nodes.length }, (_none, bits) =>
    nodes.filter((_node, at) => ((bits >>> at) & 1) === 1),
  );
  return sets.filter((set) => isMajority(membership, set));
}
