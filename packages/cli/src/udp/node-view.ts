import {
  indexAfter,
  INDEX_ZERO,
  type Config,
  type Index,
  type LogView,
  type NodeId,
  type State,
  type Term,
} from "@kontiki/core";
import { notInOriginal } from "./not-in-original.ts";
import type { Value } from "./wire-message.ts";

/** A node's state as the original shows it. Lists are ordered by id. */
export type NodeView =
  | {
      readonly role: "follower";
      readonly term: Term;
      readonly commitIndex: Index;
      readonly votedFor: NodeId | undefined;
    }
  | {
      readonly role: "candidate";
      readonly term: Term;
      readonly commitIndex: Index;
      readonly votes: readonly NodeId[];
    }
  | {
      readonly role: "leader";
      readonly term: Term;
      readonly commitIndex: Index;
      readonly nextIndex: readonly IndexOf[];
      readonly lastIndex: readonly IndexOf[];
    };

/** An index that belongs to a node. */
export type IndexOf = readonly [node: NodeId, index: Index];

/** As in the original, the leader is in its own lists: with the next index after its log, and the last one on its disk. */
export function viewOf(config: Config, state: State, log: LogView<Value>): NodeView {
  const { term, role, votedFor, commit: commitIndex } = state;
  switch (role.type) {
    case "follower":
      return { role: "follower", term, commitIndex, votedFor };
    case "candidate":
      return { role: "candidate", term, commitIndex, votes: role.votes.toSorted() };
    case "preCandidate":
      return notInOriginal(role.type);
    case "leader": {
      const nodes = config.voters.toSorted();
      const ownNext = indexAfter(log.lastIndex);
      return {
        role: "leader",
        term,
        commitIndex,
        nextIndex: nodes.map((node) => [node, role.progress[node]?.next ?? ownNext]),
        lastIndex: nodes.map((node) => [node, matchOf(node)]),
      };
    }
    default:
      return role satisfies never;
  }

  function matchOf(node: NodeId): Index {
    if (node === config.id) return state.durable;
    return (role.type === "leader" ? role.progress[node]?.match : undefined) ?? INDEX_ZERO;
  }
}
