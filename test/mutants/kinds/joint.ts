import type { Variant } from "../planted.ts";

const QUORUM = "packages/core/src/quorum.ts";
const CANDIDATE = "packages/core/src/candidate.ts";
const IN_FORCE = "packages/core/src/in-force.ts";
const COMMITTED =
  "membershipOf(env, { ...state, memberships: state.memberships.filter(({ index }) => index <= state.commit) })";

/** Variants of: who decides while the membership changes (§6, dissertation chapter 4). */
export const JOINT: readonly Variant[] = [
  {
    id: "joint-even-old-half-commits",
    about: "While a membership is joint, half of an even outgoing half commits for it.",
    edits: [
      {
        file: QUORUM,
        find: "const before = reachedByMajority(membership.outgoing, reachedBy);",
        replace: `const before = membership.outgoing
    .map(reachedBy)
    .sort((a, b) => b - a)[Math.ceil(membership.outgoing.length / 2) - 1];`,
      },
    ],
  },
  {
    id: "joint-even-old-half-elects",
    about: "While a membership is joint, half of an even outgoing half elects for it.",
    edits: [
      {
        file: QUORUM,
        find: "return !isJoint(membership) || isQuorum(membership.outgoing, granted);",
        replace: `const { outgoing } = membership;
  return outgoing.filter((voter) => granted.includes(voter)).length * 2 >= outgoing.length;`,
      },
    ],
  },
  {
    id: "joint-even-new-half-commits",
    about: "While a membership is joint, half of an even incoming half commits for it.",
    edits: [
      {
        file: QUORUM,
        find: "if (reached === undefined || before === undefined) return undefined;",
        replace: `if (reached === undefined || before === undefined) return undefined;
  const half = membership.voters
    .map(reachedBy)
    .sort((a, b) => b - a)[Math.ceil(membership.voters.length / 2) - 1];
  if (half !== undefined) return half < before ? half : before;`,
      },
    ],
  },
  {
    id: "joint-even-new-half-elects",
    about: "While a membership is joint, half of an even incoming half elects for it.",
    edits: [
      {
        file: QUORUM,
        find: "if (!isQuorum(membership.voters, granted)) return false;",
        replace: `const given = membership.voters.filter((voter) => granted.includes(voter)).length;
  const enough = isJoint(membership) ? given * 2 >= membership.voters.length : isQuorum(membership.voters, granted);
  if (!enough) return false;`,
      },
    ],
  },
  {
    id: "joint-union-commits",
    about: "While a membership is joint, a majority of all its voters together commits.",
    edits: [
      {
        file: QUORUM,
        find: "return reached < before ? reached : before;",
        replace:
          "return reachedByMajority([...new Set([...membership.voters, ...membership.outgoing])], reachedBy);",
      },
    ],
  },
  {
    id: "joint-union-elects",
    about: "While a membership is joint, a majority of all its voters together elects.",
    edits: [
      {
        file: QUORUM,
        find: `if (!isQuorum(membership.voters, granted)) return false;
  return !isJoint(membership) || isQuorum(membership.outgoing, granted);`,
        replace:
          "return isQuorum([...new Set([...membership.voters, ...membership.outgoing])], granted);",
      },
    ],
  },
  {
    id: "joint-either-half-commits",
    about: "While a membership is joint, the half that has reached more commits.",
    edits: [
      {
        file: QUORUM,
        find: "return reached < before ? reached : before;",
        replace: "return reached < before ? before : reached;",
      },
    ],
  },
  {
    id: "joint-either-half-elects",
    about: "While a membership is joint, either half elects a leader alone.",
    edits: [
      {
        file: QUORUM,
        find: `if (!isQuorum(membership.voters, granted)) return false;
  return !isJoint(membership) || isQuorum(membership.outgoing, granted);`,
        replace: `return (
    isQuorum(membership.voters, granted) ||
    (isJoint(membership) && isQuorum(membership.outgoing, granted))
  );`,
      },
    ],
  },
  {
    id: "votes-by-committed-membership",
    about: "A candidate counts votes by the last committed membership.",
    edits: [
      {
        file: CANDIDATE,
        find: "return decides(membershipOf(env, state), votes) ? becomeLeader(env, next) : unchanged(next);",
        replace: `return decides(${COMMITTED}, votes) ? becomeLeader(env, next) : unchanged(next);`,
      },
    ],
  },
  {
    id: "pre-votes-by-committed-membership",
    about: "A server counts promises of votes by the last committed membership.",
    edits: [
      {
        file: CANDIDATE,
        find: `return decides(membershipOf(env, state), votes)
    ? becomeCandidate(env, next, false)`,
        replace: `return decides(${COMMITTED}, votes)
    ? becomeCandidate(env, next, false)`,
      },
    ],
  },
  {
    id: "commit-by-committed-membership",
    about: "A leader commits by the last committed membership.",
    edits: [
      {
        file: "packages/core/src/commit.ts",
        find: "const held = decided(membershipOf(env, state), (voter) =>",
        replace: `const held = decided(${COMMITTED}, (voter) =>`,
      },
    ],
  },
  {
    id: "rounds-by-committed-membership",
    about: "A leader confirms reads and its leadership by the last committed membership.",
    edits: [
      {
        file: "packages/core/src/read.ts",
        find: "return decided(membershipOf(env, state), answeredBy) ?? 0;",
        replace: `return decided(${COMMITTED}, answeredBy) ?? 0;`,
      },
    ],
  },
  {
    id: "cut-membership-stays-at-the-cut",
    about: "The membership in the first entry that was cut stays in force.",
    edits: [
      {
        file: IN_FORCE,
        find: ": state.memberships.filter(({ index }) => index <= cutAfter);",
        replace: ": state.memberships.filter(({ index }) => index <= cutAfter + 1);",
      },
    ],
  },
  {
    id: "cut-membership-stays-without-another",
    about:
      "A membership whose entry was cut stays in force unless the new entries hold another one.",
    edits: [
      {
        file: IN_FORCE,
        find: `cutAfter === undefined
      ? state.memberships
      : state`,
        replace: `cutAfter === undefined || membershipsIn(appended).length === 0
      ? state.memberships
      : state`,
      },
    ],
  },
  {
    id: "cut-joint-membership-stays",
    about: "A joint membership stays in force although its entry was cut.",
    edits: [
      {
        file: IN_FORCE,
        find: ": state.memberships.filter(({ index }) => index <= cutAfter);",
        replace:
          ": state.memberships.filter(({ index, membership }) => index <= cutAfter || membership.outgoing.length > 0);",
      },
    ],
  },
  {
    id: "membership-of-snapshot-forgotten",
    about: "A server that starts from a snapshot knows only the memberships in its log.",
    edits: [
      {
        file: IN_FORCE,
        find: "snapshot === undefined ? [] : [{ index: snapshot.index, membership: snapshot.membership }];",
        replace:
          "snapshot === undefined || log.lastIndex >= log.firstIndex ? [] : [{ index: snapshot.index, membership: snapshot.membership }];",
      },
    ],
  },
  {
    id: "joint-left-before-it-is-committed",
    about: "A leader leaves a joint membership before that is committed.",
    edits: [
      {
        file: "packages/core/src/leader-membership.ts",
        find: 'if (role.type !== "leader" || isChanging(state)) return unchanged(state);',
        replace:
          'if (role.type !== "leader" || (isChanging(state) && !isJoint(membershipOf(env, state)))) return unchanged(state);',
      },
    ],
  },
];
