import { index, initialMembership, nodeId, term, type NodeId } from "@kontiki/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decode, encode } from "../../../packages/actors/src/bytes/codec.ts";
import {
  questionToWire,
  readQuestion,
  readReply,
  replyToWire,
  type HostQuestion,
} from "../../../packages/actors/src/hosts/host-questions.ts";
import {
  nodesToWire,
  readNodes,
  type ToldNode,
} from "../../../packages/actors/src/hosts/told-nodes.ts";

const [N1, N2] = [nodeId("n1"), nodeId("n2")];

const QUESTIONS: readonly HostQuestion[] = [
  { type: "nodes" },
  {
    type: "change",
    node: N1,
    changes: [
      { type: "addLearner", node: N2, uid: 3, promote: true, replaces: N1 },
      { type: "addLearner", node: N2, uid: 3, promote: false, replaces: undefined },
      { type: "addVoter", node: N2, uid: 4 },
      { type: "remove", node: N1 },
    ],
  },
  { type: "transfer", node: N1, target: undefined },
  { type: "transfer", node: N1, target: N2 },
  { type: "digest", node: N1 },
  { type: "drop", node: N1, index: 9 },
];

const fine = { trouble: undefined, condition: undefined };

const NODES: readonly ToldNode[] = [
  {
    status: {
      id: N1,
      life: { type: "running" },
      incarnation: 2,
      restarts: 1,
      uid: 3,
      trouble: "disk full",
      condition: "disk full",
      raft: {
        role: "leader",
        term: term(4),
        leader: N1,
        commit: index(8),
        last: index(9),
        applied: index(7),
        first: index(2),
        snapshot: index(1),
        votes: true,
        repairing: true,
        lacks: {
          from: index(3),
          to: index(4),
          answers: { [N2]: "absent" } as Record<NodeId, "absent">,
        },
        receiving: { received: 10, size: 20 },
      },
    },
    membership: { index: index(5), membership: initialMembership([N1, N2]), committed: false },
    isBeingWiped: true,
  },
  {
    status: {
      id: N2,
      life: { type: "failed", cause: "its disk is gone" },
      incarnation: 1,
      restarts: 0,
      uid: 0,
      raft: undefined,
      ...fine,
    },
    membership: undefined,
    isBeingWiped: false,
  },
];

/** What arrives of what is sent. */
function carried(wire: unknown): unknown {
  return decode(encode(wire));
}

test("a question, a reply and what is told of nodes are the same after they were carried", () => {
  for (const question of QUESTIONS)
    expect(readQuestion(carried(questionToWire(question)))).toEqual(question);
  expect(readNodes(carried(nodesToWire(NODES)))).toEqual(NODES);
  const answer = { type: "answer", value: [1, "x"] } as const;
  const refused = { type: "refused", why: "it does not run" } as const;
  for (const reply of [answer, refused])
    expect(readReply(carried(replyToWire(reply)))).toEqual(reply);
});

test("anything else is none, and nothing that is read throws", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(readQuestion(value)).toBe(undefined);
      if (!Array.isArray(value) || value.length > 0) expect(readNodes(value)).toBe(undefined);
    }),
  );
});

test("a field that is something else makes the whole worth nothing", () => {
  const others = [null, -1, 1.5, "N 1", [[]], {}];
  const changed = (wire: unknown, at: number, other: unknown): unknown =>
    (wire as readonly unknown[]).map((field, place) => (place === at ? other : field));
  for (const question of QUESTIONS.slice(1)) {
    const wire = carried(questionToWire(question));
    for (const other of others)
      for (const at of [0, 1])
        expect(readQuestion(changed(wire, at, other)), `${question.type} ${at}`).toBe(undefined);
  }
  const [first] = carried(nodesToWire(NODES)) as readonly unknown[];
  for (const at of [0, 1, 2, 3, 4, 10])
    for (const other of others)
      expect(readNodes([changed(first, at, other)]), `field ${at}`).toBe(undefined);
});
