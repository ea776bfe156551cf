/** The tables of etcd/raft's tests: numbers, verdicts and memberships must be the same here. */
import {
  assert,
  AssertionError,
  changeSimply,
  decided,
  enterJoint,
  index,
  INDEX_ZERO,
  initialMembership,
  leaveJoint,
  membersOf,
  nodeId,
  quorumIndex,
  verdict,
  type Change,
  type Changed,
  type Index,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { tablesOf, type Case } from "./etcd-tables.ts";

const quorum = tablesOf("quorum");
const confchange = tablesOf("confchange");
const absent = quorum.length === 0 || confchange.length === 0;

const title = absent
  ? "etcd's tables are not stored beside the checkout: none is run"
  : "every case of every file is read";

test(title, () => {
  const read = [...quorum, ...confchange].map(({ name, cases }) => [name, cases.length]);
  const held = [...quorum, ...confchange].map(({ name, answers }) => [name, answers]);
  expect(read).toEqual(held);
  for (const [, count] of read) expect(count).toBeGreaterThan(0);
});

describe.skipIf(absent)("quorum, §5.2, §5.3 and joint, §6", () => {
  test.each(quorum.flatMap(({ cases }) => cases))("$name $command", (each) => {
    const voters = idsOf(each, "cfg");
    const outgoing = idsOf(each, "cfgj");
    const membership = { ...initialMembership(voters), outgoing };
    if (voters.length === 0) return decidesNothing(each, membership);
    if (each.command === "vote") return expect(voteOf(each, membership)).toBe(each.answer.at(-1));
    return expect(String(committedOf(each, membership))).toBe(each.answer.at(-1));
  });
});

describe.skipIf(absent)("membership changes, dissertation 4.1 and 4.3", () => {
  test.each(confchange)("$name", ({ cases }) => {
    let membership = initialMembership([]);
    const created = new Map<NodeId, number>();
    cases.forEach((each, at) => {
      const changed = changedBy(membership, each);
      const [first = ""] = each.answer;
      const refuses = !first.startsWith("voters=");
      expect([each.name, changed.type]).toEqual([each.name, refuses ? "refused" : "changed"]);
      if (changed.type === "refused") return;
      ({ membership } = changed);
      keepProgress(created, membership, Math.max(at, 1));
      expect([each.name, shownAs(membership, created)]).toEqual([each.name, tellsOf(each)]);
    });
  });
});

/**
 * In etcd a majority of no voters is defined, because an empty half stands for a membership that is not joint. Here
 * that is an empty `outgoing`, which the tables call `zero`; a membership without any voters cannot exist, so asking
 * what it decides is a defect of the caller.
 */
function decidesNothing(each: Case, membership: Membership): void {
  expect(["VoteWon", "<empty majority quorum>∞"]).toContain(each.answer.at(-1));
  expect(() => voteOf(each, membership)).toThrow(AssertionError);
  expect(() => committedOf(each, membership)).toThrow(AssertionError);
}

function voteOf(each: Case, membership: Membership): string {
  const votes = givenBy(each, membership, "votes");
  const who = (vote: string): readonly NodeId[] =>
    [...votes].flatMap(([node, given]) => (given === vote ? [node] : []));
  const found = verdict(membership, who("y"), who("n"));
  return { won: "VoteWon", lost: "VoteLost", pending: "VotePending" }[found];
}

/** Computed in every available way. */
function committedOf(each: Case, membership: Membership): Index {
  const { voters, outgoing } = membership;
  const known = givenBy(each, membership, "idx");
  const matchOf = (node: NodeId): Index => {
    const match = known.get(node) ?? "_";
    return match === "_" ? INDEX_ZERO : index(Number(match));
  };
  const held = decided(membership, matchOf);
  assert(held !== undefined, "the voters have reached an index");
  if (outgoing.length > 0) {
    expect(decided({ ...membership, voters: outgoing, outgoing: voters }, matchOf)).toBe(held);
    return held;
  }
  expect(quorumIndex(voters, matchOf)).toBe(held);
  expect(decided({ ...membership, outgoing: voters }, matchOf)).toBe(held);
  return held;
}

/** The value given for each voter, in the order in which they are first named. */
function givenBy(
  { values }: Case,
  { voters, outgoing }: Membership,
  key: string,
): ReadonlyMap<NodeId, string> {
  const given = values.get(key) ?? [];
  const nodes = [...new Set([...voters, ...outgoing])];
  return new Map(nodes.map((node, at) => [node, given[at] ?? "_"]));
}

function idsOf({ values }: Case, key: string): readonly NodeId[] {
  const ids = values.get(key) ?? [];
  return ids.filter((id) => id !== "zero").map(node);
}

function node(id: string): NodeId {
  return nodeId(`n${id}`);
}

function changedBy(membership: Membership, { command, input }: Case): Changed {
  switch (command) {
    case "simple":
      return changeSimply(membership, changesOf(input));
    case "enter-joint":
      return enterJoint(membership, changesOf(input));
    case "leave-joint":
      return leaveJoint(membership);
    default:
      throw new Error(`there is no command ${command}`);
  }
}

/** An update (`u`) does not concern Raft, and etcd ignores changes of the node 0. */
function changesOf(words: readonly string[]): readonly Change[] {
  return words.flatMap((word): readonly Change[] => {
    const known = node(word.slice(1));
    if (word.slice(1) === "0") return [];
    switch (word[0]) {
      case "v":
        return [{ type: "addVoter", node: known, uid: 0 }];
      case "l":
        return [{ type: "addLearner", node: known, uid: 0, promote: false, replaces: undefined }];
      case "r":
        return [{ type: "remove", node: known }];
      case "u":
        return [];
      default:
        throw new Error(`there is no change ${word}`);
    }
  });
}

/** A leader keeps the progress of a member as long as it is one, and starts again for one that is added again. */
function keepProgress(
  created: Map<NodeId, number>,
  membership: Membership,
  lastIndex: number,
): void {
  const members = membersOf(membership);
  for (const known of created.keys()) if (!members.includes(known)) created.delete(known);
  for (const member of members) if (!created.has(member)) created.set(member, lastIndex);
}

/** What the tables say about a membership. */
type Told = {
  readonly voters: readonly NodeId[];
  readonly outgoing: readonly NodeId[];
  readonly learners: readonly NodeId[];
  readonly learnersNext: readonly NodeId[];
  /** Each member, when its progress was created, and whether it is a learner. */
  readonly progress: Readonly<Record<string, { readonly next: number; readonly learner: boolean }>>;
};

function shownAs(membership: Membership, created: ReadonlyMap<NodeId, number>): Told {
  const { voters, outgoing, learners, learnersNext } = membership;
  const progress = membersOf(membership).map((member) => {
    const next = created.get(member) ?? 0;
    return [member, { next, learner: learners.includes(member) }] as const;
  });
  return {
    voters: voters.toSorted(),
    outgoing: outgoing.toSorted(),
    learners: learners.toSorted(),
    learnersNext: learnersNext.toSorted(),
    progress: Object.fromEntries(progress),
  };
}

function tellsOf({ answer }: Case): Told {
  const [first = "", ...lines] = answer;
  const named = (key: string): readonly NodeId[] => {
    const found = new RegExp(`(?:^| |\\))${key}\\(([^)]*)\\)`).exec(first)?.[1] ?? "";
    return found === "" ? [] : found.split(" ").map(node).toSorted();
  };
  const progress = lines.map((line) => {
    const [, id = "", next, learner] = /^(\d+): StateProbe match=0 next=(\d+)( learner)?$/.exec(
      line,
    ) ?? [""];
    return [node(id), { next: Number(next), learner: learner !== undefined }] as const;
  });
  return {
    voters: named("voters="),
    outgoing: named("&&"),
    learners: named("learners="),
    learnersNext: named("learners_next="),
    progress: Object.fromEntries(progress),
  };
}
