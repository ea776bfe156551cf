import { decided, type Index } from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import { COMMITTING, heldBy, holders, isEven, isEvenMajority, isHalf } from "./moment.ts";
import { onlyIf, onAny, onMessage, type StepPoint } from "./point.ts";

/** What is committed, and what is not yet. */
export const COMMITMENT: readonly StepPoint[] = [
  ...onlyIf(CIRCUMSTANCE.outOfLine, [
    onMessage(
      "appendEntries",
      "replication.commitBounded",
      "Figure 2",
      "A leader had committed more than its message proved to match, and the follower committed only that.",
      ({ before, after: then }, { commit }) => then.commit > before.commit && then.commit < commit,
    ),
    onMessage(
      "appendEntries",
      "replication.commitUnproven",
      "Figure 2",
      "A message named a commit index beyond what it proved to match, up to which the follower had other entries.",
      ({ env, after: then }, { commit, entries, prevIndex, term }) =>
        term === then.term &&
        commit > prevIndex + entries.length &&
        env.log.lastIndex > prevIndex + entries.length &&
        env.log.termAt(env.log.lastIndex) !== term,
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.committing, [
    onAny(
      COMMITTING,
      "replication.olderTermCommitted",
      "§5.4.2",
      "A leader committed entries of earlier terms through one of its own.",
      (moment) => moment.env.log.termAt((moment.before.commit + 1) as Index) !== moment.before.term,
    ),
    onAny(
      COMMITTING,
      "replication.evenMajority",
      "§5.3",
      "An entry was committed by exactly half of an even number of voters plus one.",
      (moment) => {
        const { voters, outgoing } = moment.inForce;
        const { after: then } = moment;
        return (
          outgoing.length === 0 &&
          isEven(voters) &&
          isEvenMajority(voters, holders(moment, voters, then.commit))
        );
      },
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.uncommittedOlder, [
    onAny(
      COMMITTING,
      "replication.olderTermHeld",
      "§5.4.2",
      "A majority held an entry of an earlier term, and the leader did not commit it.",
      (moment) => {
        const { env, after: then } = moment;
        if (then.role.type !== "leader" || env.log.termAt((then.commit + 1) as Index) === then.term)
          return false;
        const held = decided(moment.inForce, (node) => heldBy(moment, node));
        return held !== undefined && held > then.commit && env.log.termAt(held) !== then.term;
      },
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.uncommitted, [
    onAny(
      COMMITTING,
      "replication.evenHalf",
      "§5.3",
      "Exactly half of an even number of voters held an entry of the leader's term, which is not enough.",
      (moment) => {
        const { env, before: was, after: then } = moment;
        const { voters, outgoing } = moment.inForce;
        const { log } = env;
        return (
          outgoing.length === 0 &&
          isEven(voters) &&
          then.role.type === "leader" &&
          log.lastIndex > was.commit &&
          log.lastIndex > then.commit &&
          log.termAt(log.lastIndex) === then.term &&
          isHalf(voters, holders(moment, voters, log.lastIndex))
        );
      },
    ),
  ]),
];
