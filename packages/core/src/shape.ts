import type { NodeId } from "./ids.ts";
import type { Progress } from "./progress.ts";
import type { Leader, Role, State } from "./state.ts";

/** Has every field of a type, also those that may be missing: one that a literal forgets would be lost. */
type Whole<T> = { readonly [Field in keyof T]-?: T[Field] | undefined };

/**
 * The same state, with each part that changed written as a literal, field by field.
 *
 * V8 gives an object that is spread from another a hidden class of its own for each class that it was spread from. With
 * states that are spread from each other step by step there is no end to these classes, and then each spread and each read
 * of a field is a search. Literals with the same fields have one class.
 *
 * @param before the state before the step: what is still the same object is left alone.
 */
export function inOneShape(before: State, after: State): State {
  if (before === after) return after;
  return {
    term: after.term,
    votedFor: after.votedFor,
    commit: after.commit,
    durable: after.durable,
    memberships: after.memberships,
    snapshot: after.snapshot,
    horizon: after.horizon,
    repair: after.repair,
    role: before.role === after.role ? after.role : shapedRole(before.role, after.role),
  } satisfies Whole<State>;
}

/** A record of other servers, which may be changed. */
export function copyOfRecord<V>(record: Readonly<Record<NodeId, V>>): Record<NodeId, V> {
  const copy: Record<NodeId, V> = {};
  for (const node in record) {
    const value = record[node as NodeId];
    if (value !== undefined) copy[node as NodeId] = value;
  }
  return copy;
}

function shapedRole(before: Role, role: Role): Role {
  switch (role.type) {
    case "leader":
      return shapedLeader(before.type === "leader" ? before : undefined, role);
    case "follower": {
      const { leader, heard, receiving } = role;
      return { type: "follower", leader, heard, receiving } satisfies Whole<typeof role>;
    }
    case "candidate":
    case "preCandidate":
      return role;
    default:
      return role satisfies never;
  }
}

function shapedLeader(before: Leader | undefined, role: Leader): Leader {
  const { progress, round, check, reads, transfer, leaseGivenUp } = role;
  const known = before?.progress;
  return {
    type: "leader",
    progress: known === progress ? progress : shapedRecord(known, progress),
    round,
    check,
    reads,
    transfer,
    leaseGivenUp,
  } satisfies Whole<Leader>;
}

function shapedRecord(
  before: Leader["progress"] | undefined,
  record: Leader["progress"],
): Leader["progress"] {
  const shaped: Record<NodeId, Progress> = {};
  for (const node in record) {
    const progress = record[node as NodeId];
    if (progress === undefined) continue;
    const isSame = before?.[node as NodeId] === progress;
    shaped[node as NodeId] = isSame ? progress : shapedProgress(progress);
  }
  return shaped;
}

function shapedProgress(progress: Progress): Progress {
  const { next, match, round } = progress;
  switch (progress.type) {
    case "replicate":
      return { type: "replicate", next, match, round, inflight: progress.inflight } satisfies Whole<
        typeof progress
      >;
    case "probe":
      return { type: "probe", next, match, round, waiting: progress.waiting } satisfies Whole<
        typeof progress
      >;
    case "snapshot": {
      const { snapshot, offset, beats } = progress;
      return { type: "snapshot", next, match, round, snapshot, offset, beats } satisfies Whole<
        typeof progress
      >;
    }
    default:
      return progress satisfies never;
  }
}
