import type { Mutant } from "./mutant.ts";

const CHANGES = "packages/core/src/leader-membership.ts";
const IN_FORCE = "packages/core/src/in-force.ts";
const QUORUM = "packages/core/src/quorum.ts";
const STEP = "packages/core/src/step.ts";

/** Mutants of membership changes, and of nodes with a new disk (dissertation chapter 4). */
export const MEMBERSHIP_MUTANTS: readonly Mutant[] = [
  {
    name: "joint-by-new-half",
    about: "While a membership is joint, a majority of its new half decides alone.",
    source: "§6, dissertation 4.3",
    edits: [
      {
        file: QUORUM,
        find: "return !isJoint(membership) || isQuorum(membership.outgoing, granted);",
        replace: "return true;",
      },
      {
        file: QUORUM,
        find: "if (!isJoint(membership)) return reached;",
        replace: "return reached;",
      },
    ],
    hunts: ["membership", "grow"],
  },
  {
    name: "joint-by-old-half",
    about: "While a membership is joint, a majority of its old half decides alone.",
    source: "§6, dissertation 4.3; camunda #60086",
    edits: [
      {
        file: QUORUM,
        find: "if (!isQuorum(membership.voters, granted)) return false;",
        replace: "if (!isJoint(membership) && !isQuorum(membership.voters, granted)) return false;",
      },
      {
        file: QUORUM,
        find: "return reached < before ? reached : before;",
        replace: "return before;",
      },
    ],
    hunts: ["membership", "grow"],
  },
  {
    name: "learner-counts",
    about: "Entries on a learner count towards the majority.",
    source: "dissertation 4.2.1",
    edits: [
      {
        file: QUORUM,
        find: "const reached = reachedByMajority(membership.voters, reachedBy);",
        replace:
          "const reached = reachedByMajority([...membership.voters, ...membership.learners], reachedBy);",
      },
    ],
    hunts: ["learners", "membership"],
  },
  {
    name: "membership-in-force-when-committed",
    about: "A membership takes effect when it is committed instead of when it is appended.",
    source: "§6, dissertation 4.1",
    edits: [
      {
        file: IN_FORCE,
        find: `{ memberships }: State): Membership {
  return memberships.at(-1)?.membership ?? initialOf(config);`,
        replace: `{ memberships, commit }: State): Membership {
  return memberships.findLast(({ index }) => index <= commit)?.membership ?? initialOf(config);`,
      },
    ],
    hunts: ["membership", "grow"],
  },
  {
    name: "change-before-first-commit",
    about: "A new leader changes the membership before an entry of its own term is committed.",
    source: "the correction of 2015 to dissertation 4.1; braft #182, copycat #23",
    edits: [
      {
        file: CHANGES,
        find: 'if (!knowsCommitted(env, state)) return "the leader has not committed an entry of its term yet";',
        replace: "",
      },
    ],
    hunts: ["membership", "wipes"],
  },
  {
    name: "two-changes-at-once",
    about: "A membership change begins before the previous one is committed.",
    source: "dissertation 4.1; AxonServer #120",
    edits: [
      {
        file: CHANGES,
        find: 'if (isChanging(state) || isJoint(before)) return "a membership change is under way";',
        replace: 'if (isJoint(before)) return "a membership change is under way";',
      },
    ],
    hunts: ["membership", "wipes"],
  },
  {
    name: "cut-membership-stays",
    about: "A membership stays in force although its entry was removed.",
    source: "dissertation 4.1",
    edits: [
      {
        file: IN_FORCE,
        find: ": state.memberships.filter(({ index }) => index <= cutAfter);",
        replace: ": state.memberships;",
      },
    ],
    hunts: ["membership", "grow"],
  },
  {
    name: "membership-forgotten-at-start",
    about: "A server that starts does not look for memberships in its log.",
    source: "dissertation 4.1; NuRaft PR 67",
    edits: [
      {
        file: IN_FORCE,
        find: "return [...base, ...membershipsIn(entries).filter(({ index }) => index > (snapshot?.index ?? 0))];",
        replace: "return base;",
      },
    ],
    hunts: ["membership", "grow"],
  },
  {
    name: "removed-leader-leads-on",
    about: "A leader that is no longer a member does not step down.",
    source: "dissertation 4.2.2; LogCabin #205",
    edits: [
      {
        file: CHANGES,
        find: "if (!membership.voters.includes(env.config.id)) return handOver(env, state);",
        replace: "",
      },
    ],
    hunts: ["membership"],
  },
  {
    name: "promoted-learner-does-not-vote",
    about: "A server that does not know yet that it is a voter does not vote.",
    source: "dissertation 4.2.1; raft-rs #57, etcd PR 10998",
    edits: [
      {
        file: "packages/core/src/vote.ts",
        find: "const granted = request.term === state.term && free && holdsOurs(env, state, request);",
        replace: `const votes = state.memberships.at(-1)?.membership.voters ?? env.config.voters;
  const granted =
    request.term === state.term && free && votes.includes(env.config.id) && holdsOurs(env, state, request);`,
      },
    ],
    hunts: ["newcomers"],
  },
  {
    name: "wiped-disk-counts",
    about: "Votes and acknowledgements count, whatever disk they come from and are meant for.",
    source: "dissertation 4.4; dragonboat #256, NuRaft #185",
    edits: [
      {
        file: STEP,
        find: "if (toUid !== env.config.uid) return answerForOldDisk(env, state, event);",
        replace: "",
      },
      {
        file: STEP,
        find: "if (isAnswer(message) && (!isMember(membership, from) || fromUid !== uidOf(membership, from)))",
        replace: "if (isAnswer(message) && !isMember(membership, from))",
      },
    ],
    hunts: ["wipes"],
  },
  {
    name: "rejoin-keeps-vote",
    about:
      "A server with a new disk keeps its right to vote instead of losing it until it has caught up.",
    source: "dissertation 4.4; openraft PR 2002, nexus #3939",
    edits: [
      {
        file: CHANGES,
        find: 'const change = { type: "addLearner", node, uid, promote, replaces } as const;',
        replace: 'const change = { type: "addVoter", node, uid } as const;',
      },
      {
        file: "packages/core/src/membership-change.ts",
        find: 'return known !== undefined && change.type === "addVoter"',
        replace: "return false",
      },
      {
        file: "packages/core/src/membership-change.ts",
        find: "membership.voters.includes(node) && uidOf(membership, node) === uid;",
        replace: "membership.voters.includes(node);",
      },
    ],
    hunts: ["wipes"],
  },
  {
    name: "lost-log-votes",
    about: "A server that lost acknowledged entries votes as if it had never had them.",
    source: "Alagappan et al., FAST '18",
    edits: [
      {
        file: "packages/core/src/vote.ts",
        find: "if (horizon !== undefined && !atLeastAsUpToDate(theirs, horizon)) return false;",
        replace: "",
      },
    ],
    hunts: ["rot"],
  },
];
