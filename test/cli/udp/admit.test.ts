import { describe, expect, test } from "vitest";
import { encodeDatagram } from "../../../packages/cli/src/udp/wire.ts";
import {
  appendAnswer,
  appendEntries,
  deliver,
  elect,
  handle,
  makeNode,
  requestVote,
  vote,
} from "../support/udp/node.ts";
import { badVectors } from "../support/udp/vectors.ts";

describe("dropped and counted, without any change", () => {
  const far = 2 ** 52 + 2;
  const tooLong = "x".repeat(3900);

  test.each([
    ["a stranger", "node9", vote(1), "its sender is no other node of the cluster"],
    ["itself", "node1", vote(1), "its sender is no other node of the cluster"],
    ["no sender", "", vote(1), "its sender is no other node of the cluster"],
    ["a borrowed name", "node2", requestVote(1), "it names another node than its sender"],
    [
      "a leader's name",
      "node2",
      appendEntries({ term: 1 }),
      "it names another node than its sender",
    ],
    ["a term without end", "node0", vote(far), "it counts beyond 2^52"],
    ["an index without end", "node0", requestVote(1, "node0", [far, 0]), "it counts beyond 2^52"],
    ["a last index without end", "node0", appendAnswer(1, true, far), "it counts beyond 2^52"],
    [
      "a hole",
      "node0",
      appendEntries({ term: 1, entries: [[2, 1, 0]] }),
      "its entry 2 is where 1 belongs",
    ],
    [
      "a term that falls",
      "node0",
      appendEntries({
        term: 2,
        entries: [
          [1, 2, 0],
          [2, 1, 0],
        ],
      }),
      "its entry 2 cannot be of term 1",
    ],
    [
      "a term to come",
      "node0",
      appendEntries({ term: 2, entries: [[1, 3, 0]] }),
      "its entry 1 cannot be of term 3",
    ],
    [
      "a value that could not be passed on",
      "node0",
      {
        ...appendEntries({ term: 1 }),
        entries: [{ index: 1n, term: 1n, value: { node: tooLong, number: 0n } }],
      } as ReturnType<typeof appendEntries>,
      "its entry 1 is too large",
    ],
  ])("%s", (_title, from, message, reason) => {
    const node = makeNode();
    const { state } = node;
    const bytes = encodeDatagram({ from, message }).length;
    expect(deliver(node, from, message)).toEqual({ type: "dropped", bytes, reason, count: 1 });
    expect(node.state).toBe(state);
    expect(node.dropped).toBe(1);
  });

  test.each(badVectors)("$name", ({ hex }) => {
    const node = makeNode();
    expect(node.receive(Buffer.from(hex, "hex"))).toMatchObject({ type: "dropped", count: 1 });
  });

  test("a second leader of a term", () => {
    const node = makeNode();
    handle(node, "node0", appendEntries({ term: 1 }));
    const second = deliver(node, "node2", appendEntries({ term: 1, from: "node2" }));
    expect(second).toMatchObject({ reason: "node0 leads its term" });
    const leading = makeNode();
    elect(leading);
    const other = deliver(leading, "node0", appendEntries({ term: 1 }));
    expect(other).toMatchObject({ reason: "this node leads its term" });
  });

  test("a leader that lacks committed entries; an older one learns the newer term", () => {
    const node = makeNode();
    handle(node, "node0", appendEntries({ term: 2, entries: [[1, 2, 0]], commit: 1 }));
    const lacking = appendEntries({ term: 3, from: "node2", entries: [[1, 3, 0]] });
    expect(deliver(node, "node2", lacking)).toMatchObject({
      reason: "it would replace the committed entry 1",
    });
    const old = appendEntries({ term: 1, from: "node2", entries: [[1, 1, 0]] });
    expect(handle(node, "node2", old).commands).toMatchObject([
      { type: "send", message: appendAnswer(2, false, 1) },
    ]);
  });
});
