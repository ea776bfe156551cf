import type { Leader, NodeId, State, Term } from "@kontiki/core";
import { isMajority, lastMembership } from "./majorities.ts";
import type { SteppedNode } from "./noteworthy.ts";
import type { Rule } from "./rule.ts";

/** The rules of commits, reads, leases and the check of the quorum. They count answers themselves. */
export const LEADER_RULES: readonly Rule[] = [
  {
    // Figure 2, "leaders"; §5.3.
    text: "it does not commit an entry of its term that a majority holds",
    isBroken: (step) => {
      const { event, after } = step;
      const isAnswer = event.type === "message" && event.message.type === "appendAccepted";
      if (after.state.role.type !== "leader" || !(isAnswer || event.type === "durable"))
        return false;
      const { log } = after.env;
      for (let index = log.lastIndex as number; index > after.state.commit; index -= 1) {
        const term = log.termAt(index as typeof log.lastIndex);
        if (term === after.state.term && isHeld(step, after.state.role, index)) return true;
      }
      return false;
    },
  },
  {
    // §5.4.2, Figure 8: entries of older terms commit only together with one of its own.
    text: "it commits up to an entry of an older term",
    isBroken: ({ before, after }) => {
      const { env, state } = after;
      if (before.state.role.type !== "leader" || state.role.type !== "leader") return false;
      return state.commit > before.state.commit && env.log.termAt(state.commit) !== state.term;
    },
  },
  {
    // Dissertation 6.4, step 3: only an answer to a later round shows that it led when the read came.
    text: "a read waits for a round that began before it came",
    isBroken: ({ before, after }) => {
      const [old, now] = leadersIn(before.state, after.state);
      if (old === undefined || now === undefined) return false;
      return now.reads.some((read) => !old.reads.includes(read) && read.round <= old.round);
    },
  },
  {
    text: "it answers a read whose round no majority has answered",
    isBroken: (step) => {
      const [old, now] = leadersIn(step.before.state, step.after.state);
      if (old === undefined || now === undefined) return false;
      const released = old.reads.filter((read) => !now.reads.includes(read));
      // The step may have changed the membership after it answered.
      const memberships = [lastMembership(step.before), lastMembership(step.after)];
      return released.some(
        ({ round }) => !memberships.some((each) => isMajority(each, answering(step, now, round))),
      );
    },
  },
  {
    text: "an answer confirms a round that it does not name",
    isBroken: ({ event, before, after }) => {
      const [old, now] = leadersIn(before.state, after.state);
      if (old === undefined || now === undefined) return false;
      const message = event.type === "message" ? event.message : undefined;
      const named = message !== undefined && "round" in message ? message.round : 0;
      const sender = event.type === "message" ? event.from : undefined;
      return Object.entries(now.progress).some(([node, { round }]) => {
        const known = old.progress[node as NodeId]?.round ?? 0;
        return round > Math.max(known, node === sender ? named : 0);
      });
    },
  },
  {
    text: "it answers a round of another term",
    isBroken: ({ event, effects }) => {
      if (event.type !== "message" || event.message.type !== "appendEntries") return false;
      const { term } = event.message;
      return effects.some(
        (effect) =>
          effect.type === "send" && namesRound(effect.message) && effect.message.term !== term,
      );
    },
  },
  {
    // Dissertation 6.4, step 1, and 6.4.1.
    text: "it answers a read by a lease that it does not have",
    isBroken: ({ event, before: { env, state }, effects }) => {
      if (event.type !== "read" || !effects.some(({ type }) => type === "readReady")) return false;
      const { role, term, commit } = state;
      if (role.type !== "leader" || !event.leased) return true;
      return env.log.termAt(commit) !== term || role.transfer !== undefined || role.leaseGivenUp;
    },
  },
  {
    // Dissertation 6.4.1: no server withholds its vote from one that was asked to stand.
    text: "it has a lease although it has asked another server to stand",
    isBroken: ({ before, after, effects }) => {
      const [old, now] = leadersIn(before.state, after.state);
      if (now === undefined || now.leaseGivenUp) return false;
      const asks = effects.some(
        (effect) => effect.type === "send" && effect.message.type === "timeoutNow",
      );
      return asks || old?.leaseGivenUp === true;
    },
  },
  {
    // Dissertation 6.2.
    text: "the check of its quorum does not follow the answers",
    isBroken: (step) => {
      const { event, before, after } = step;
      const { quorumBeats } = after.env.config;
      const { role: old } = before.state;
      if (old.type !== "leader" || quorumBeats === 0) return false;
      const { round, beats } = old.check;
      const now = leadersIn(before.state, after.state)[1];
      if (event.type !== "heartbeatTimeout") return now !== undefined && now.check !== old.check;
      const isConfirmed = isMajority(lastMembership(before), answering(step, old, round));
      if (isConfirmed) return now?.check.beats !== 0;
      if (beats + 1 >= quorumBeats) return now !== undefined;
      return now?.check.round !== round || now.check.beats !== beats + 1;
    },
  },
];

/** A leader before and after a step, in one term. */
function leadersIn(before: State, after: State): readonly [Leader | undefined, Leader | undefined] {
  const now = after.role.type === "leader" ? after.role : undefined;
  const isOne = before.role.type === "leader" && before.term === after.term;
  return [isOne && before.role.type === "leader" ? before.role : undefined, now];
}

/** Whether a majority is known to hold an entry durably. */
function isHeld({ after: { env, state } }: SteppedNode, role: Leader, index: number): boolean {
  const { id } = env.config;
  const others = Object.entries(role.progress).filter(([, { match }]) => match >= index);
  const own = state.durable >= index ? [id] : [];
  return isMajority(lastMembership({ env, state }), [...own, ...namesOf(others)]);
}

/** The servers that have answered a round, the leader included. */
function answering(
  { after: { env } }: SteppedNode,
  role: Leader,
  round: number,
): readonly NodeId[] {
  const others = Object.entries(role.progress).filter(([, known]) => known.round >= round);
  return [env.config.id, ...namesOf(others)];
}

function namesOf(known: readonly (readonly [string, unknown])[]): readonly NodeId[] {
  return known.map(([node]) => node as NodeId);
}

function namesRound(message: { readonly type: string; readonly term: Term }): boolean {
  const isAnswer = message.type === "appendAccepted" || message.type === "appendRejected";
  return isAnswer && "round" in message && message.round !== 0;
}
