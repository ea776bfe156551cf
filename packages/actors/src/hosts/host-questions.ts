import type { Change, NodeId } from "@kontiki/core";
import {
  fieldsOf,
  flagAt,
  nodeOf,
  nodeOrNothing,
  wholeAt,
  WireError,
  type Fields,
} from "../mail/wire-fields.ts";
import { MEMBERS_MAX } from "../mail/wire-membership.ts";
import { readChecked } from "./host-view.ts";

/** What a host asks another one. */
export type HostQuestion =
  /** How all its nodes are. */
  | { readonly type: "nodes" }
  /** What a control call of one of its nodes answers. */
  | { readonly type: "change"; readonly node: NodeId; readonly changes: readonly Change[] }
  | { readonly type: "transfer"; readonly node: NodeId; readonly target: NodeId | undefined }
  | { readonly type: "digest"; readonly node: NodeId }
  /** To end a node and to remove its disk: by the membership from the entry `index` on it is no member. */
  | { readonly type: "drop"; readonly node: NodeId; readonly index: number };

/** A question that the program answers; the others are for the threads of nodes. */
export type ProgramQuestion = HostQuestion & { readonly type: "nodes" | "drop" };

/** What became of a question. */
export type HostReply =
  | HostAnswer
  /** No answer has come, and why. `isOpen`: the question may have reached the host. */
  | { readonly type: "none"; readonly why: string; readonly isOpen: boolean };

/** What a host answers. */
export type HostAnswer =
  | { readonly type: "answer"; readonly value: unknown }
  /** It has refused, and why. */
  | { readonly type: "refused"; readonly why: string };

/** Encodes a question as nested arrays. */
export function questionToWire(question: HostQuestion): Fields {
  switch (question.type) {
    case "nodes":
      return [question.type];
    case "change":
      return [question.type, question.node, question.changes.map(changeToWire)];
    case "transfer":
      return [question.type, question.node, question.target ?? null];
    case "digest":
      return [question.type, question.node];
    case "drop":
      return [question.type, question.node, question.index];
    default:
      return question satisfies never;
  }
}

/** Decodes a question; undefined for anything else. */
export function readQuestion(wire: unknown): HostQuestion | undefined {
  return readChecked(() => {
    const fields = fieldsOf(wire, "a question");
    const [type, node, more] = fields;
    switch (type) {
      case "nodes":
        return { type };
      case "change":
        return { type, node: nodeOf(node), changes: changesOf(more) };
      case "transfer":
        return { type, node: nodeOf(node), target: nodeOrNothing(more) };
      case "digest":
        return { type, node: nodeOf(node) };
      case "drop":
        return { type, node: nodeOf(node), index: wholeAt(fields, 2) };
      default:
        throw new WireError("there is no such question");
    }
  });
}

/** Encodes what a host answers. */
export function replyToWire(reply: HostAnswer): Fields {
  return reply.type === "answer" ? [true, reply.value] : [false, reply.why];
}

/** Decodes what a host answers; undefined for anything else. The asker checks the value. */
export function readReply(wire: unknown): HostAnswer | undefined {
  if (!Array.isArray(wire) || wire.length !== 2) return undefined;
  const [isAnswer, content] = wire as Fields;
  if (isAnswer === true) return { type: "answer", value: content };
  if (isAnswer !== false || typeof content !== "string") return undefined;
  return { type: "refused", why: content };
}

function changeToWire(change: Change): Fields {
  switch (change.type) {
    case "addLearner":
      return [change.type, change.node, change.uid, change.promote, change.replaces ?? null];
    case "addVoter":
      return [change.type, change.node, change.uid];
    case "remove":
      return [change.type, change.node];
    default:
      return change satisfies never;
  }
}

function changesOf(wire: unknown): readonly Change[] {
  const changes = fieldsOf(wire, "changes");
  if (changes.length > MEMBERS_MAX)
    throw new WireError(`a change names at most ${MEMBERS_MAX} servers`);
  return changes.map(changeOf);
}

function changeOf(wire: unknown): Change {
  const fields = fieldsOf(wire, "a change");
  const [type, name, , , replaced] = fields;
  const node = nodeOf(name);
  switch (type) {
    case "addLearner": {
      const [uid, promote] = [wholeAt(fields, 2), flagAt(fields, 3)];
      return { type, node, uid, promote, replaces: nodeOrNothing(replaced) };
    }
    case "addVoter":
      return { type, node, uid: wholeAt(fields, 2) };
    case "remove":
      return { type, node };
    default:
      throw new WireError("there is no such change");
  }
}
