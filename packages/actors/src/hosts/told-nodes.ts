import type { Index, Lack, Membership, NodeId } from "@kontiki/core";
import type { Condition, LackedEntries, Life, NodeStatus, RaftStatus } from "../mail/status.ts";
import {
  fieldsOf,
  flagAt,
  indexAt,
  nodeOf,
  nodeOrNothing,
  termAt,
  whole,
  wholeAt,
  WireError,
  type Fields,
} from "../mail/wire-fields.ts";
import { membershipFromWire, membershipToWire } from "../mail/wire-membership.ts";
import { readChecked } from "./host-view.ts";

/** A node as its host tells of it. */
export type ToldNode = {
  readonly status: NodeStatus;
  /** The membership that it uses; undefined before it has reported one. */
  readonly membership:
    | { readonly index: Index; readonly membership: Membership; readonly committed: boolean }
    | undefined;
  /** Whether its disk is being wiped or removed, or is about to be. */
  readonly isBeingWiped: boolean;
};

const ROLES = ["follower", "preCandidate", "candidate", "leader"] as const;
const LIVES = ["starting", "running", "restarting", "stopped", "failed"] as const;
const CONDITIONS: readonly Condition[] = ["repairing", "disk full", "disk failed"];
const LACKS: readonly Lack[] = ["damaged", "absent", "unproven"];

/** Encodes nodes as nested arrays. */
export function nodesToWire(nodes: readonly ToldNode[]): Fields {
  return nodes.map(({ status, membership, isBeingWiped }) => {
    const { id, life, incarnation, restarts, raft, uid, trouble, condition } = status;
    const cause = "cause" in life ? life.cause : null;
    const known = membership && [
      membership.index,
      membershipToWire(membership.membership),
      membership.committed,
    ];
    const state = raft === undefined ? null : raftToWire(raft);
    const problem = [trouble ?? null, condition ?? null];
    const lived = [id, uid, incarnation, restarts, life.type, cause];
    return [...lived, state, ...problem, known ?? null, isBeingWiped];
  });
}

/** Decodes nodes; undefined for anything else. */
export function readNodes(wire: unknown): readonly ToldNode[] | undefined {
  return readChecked(() => fieldsOf(wire, "nodes").map(nodeIn));
}

function nodeIn(wire: unknown): ToldNode {
  const fields = fieldsOf(wire, "a node");
  const [id, , , , life, cause, raft, trouble, condition, known] = fields;
  const status = {
    id: nodeOf(id),
    uid: wholeAt(fields, 1),
    incarnation: wholeAt(fields, 2),
    restarts: wholeAt(fields, 3),
    life: lifeOf(life, cause),
    raft: raft === null ? undefined : raftOf(fieldsOf(raft, "a Raft state")),
    trouble: trouble === null ? undefined : textOf(trouble),
    condition: condition === null ? undefined : oneOf(CONDITIONS, condition),
  };
  const membership = known === null ? undefined : membershipOf(known);
  return { status, membership, isBeingWiped: flagAt(fields, 10) };
}

function membershipOf(wire: unknown): ToldNode["membership"] {
  const fields = fieldsOf(wire, "a known membership");
  const membership = membershipFromWire(fields[1]);
  return { index: indexAt(fields, 0), membership, committed: flagAt(fields, 2) };
}

function lifeOf(name: unknown, cause: unknown): Life {
  const type = oneOf(LIVES, name);
  if (type === "failed" || type === "restarting") return { type, cause: textOf(cause) };
  return { type };
}

function raftToWire(raft: RaftStatus): Fields {
  const { role, term, leader, commit, last, applied, first, snapshot } = raft;
  const { votes, repairing, lacks, receiving } = raft;
  return [
    role,
    term,
    leader ?? null,
    commit,
    last,
    applied,
    first,
    snapshot,
    votes,
    repairing,
    lacks === undefined ? null : [lacks.from, lacks.to, Object.entries(lacks.answers)],
    receiving === undefined ? null : [receiving.received, receiving.size],
  ];
}

function raftOf(fields: Fields): RaftStatus {
  const [role, , leader] = fields;
  const [lacks, receiving] = fields.slice(10);
  return {
    role: oneOf(ROLES, role),
    term: termAt(fields, 1),
    leader: nodeOrNothing(leader),
    commit: indexAt(fields, 3),
    last: indexAt(fields, 4),
    applied: indexAt(fields, 5),
    first: indexAt(fields, 6),
    snapshot: indexAt(fields, 7),
    votes: flagAt(fields, 8),
    repairing: flagAt(fields, 9),
    lacks: lacks === null ? undefined : lacksOf(fieldsOf(lacks, "lacked entries")),
    receiving: receiving === null ? undefined : receivingOf(receiving),
  };
}

function lacksOf(fields: Fields): LackedEntries {
  const answers = fieldsOf(fields[2], "answers").map((each): [NodeId, Lack] => {
    const [node, lack] = fieldsOf(each, "an answer");
    return [nodeOf(node), oneOf(LACKS, lack)];
  });
  const [from, to] = [indexAt(fields, 0), indexAt(fields, 1)];
  return { from, to, answers: Object.fromEntries(answers) as LackedEntries["answers"] };
}

function receivingOf(wire: unknown): RaftStatus["receiving"] {
  const [received, size] = fieldsOf(wire, "what is received");
  return { received: whole(received), size: whole(size) };
}

function oneOf<T extends string>(some: readonly T[], value: unknown): T {
  const found = some.find((each) => each === value);
  if (found === undefined) throw new WireError(`one of ${some.join(", ")} is expected`);
  return found;
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw new WireError("a text is expected");
  return value;
}
