/** The end of a lane between two nodes: what the dead have sent, and what the next incarnation sends. */
import { describe, expect, test } from "vitest";
import { cutLane, newLane } from "../../../packages/actors/src/lanes/lane.ts";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { CLIENT, n1, n2 } from "../support/actors.ts";
import { bytes, connect, newNode, received, reported, rings, turn } from "../support/lane-nodes.ts";

const client = clientAddress(CLIENT);

describe("between two nodes", () => {
  test("all that the dead have sent comes before their obituary, and nothing of them after it", () => {
    const [one, two] = [newNode(), newNode()];
    const { there } = connect(one, two);
    two.mail.post({ type: "mail", from: client, incarnation: 0, bytes: bytes(9) });
    one.port.post(
      turn([
        { to: n2, bytes: bytes(1) },
        { to: n2, bytes: bytes(2) },
      ]),
    );
    cutLane(there);
    two.mail.post({ type: "obituary", node: n1, incarnation: 1 });
    const [first, ...rest] = received(two).map((letter) =>
      letter.type === "mail" ? letter.bytes[0] : letter.type,
    );
    // The lanes take turns.
    expect([first, ...rest].filter((each) => each !== 9)).toEqual([1, 2, "obituary"]);
    expect([first, ...rest].includes(9)).toBe(true);
  });

  test("a lane that is over gives its slot back, and what never came is counted", async () => {
    const [one, two] = [newNode({ letters: 10, bytes: 1e6 }), newNode()];
    const { there } = connect(one, two);
    // The second waits for room in the memory of its sender, which then dies.
    const [small, large] = [bytes(1), new Uint8Array(50_000)];
    one.port.post(
      turn([
        { to: n2, bytes: small },
        { to: n2, bytes: large },
      ]),
    );
    expect(two.mail.account.letters).toBe(2);
    cutLane(there);
    two.mail.post({ type: "obituary", node: n1, incarnation: 1 });
    expect(received(two).map(({ type }) => type)).toEqual(["mail", "obituary"]);
    expect([two.mail.account.letters, two.mail.account.bytes]).toEqual([0, 0]);
    two.port.onLetters(() => {});
    await rings(two.bell);
    expect(reported(two)).toEqual([{ type: "settled", slot: 1, lost: 1 }]);
  });

  test("a node in trouble keeps its lane", () => {
    const [one, two] = [newNode(), newNode()];
    connect(one, two);
    two.mail.post({ type: "obituary", node: n1, incarnation: 1 });
    expect(received(two).length).toBe(1);
    one.port.post(turn([{ to: n2, bytes: bytes(1) }]));
    expect(received(two).length).toBe(1);
  });

  test("a letter for a lane that was cut goes to the supervisor, until there is a new lane", () => {
    const [one, two] = [newNode(), newNode()];
    const { there } = connect(one, two);
    cutLane(there);
    one.port.post(turn([{ to: n2, bytes: bytes(1) }]));
    expect(reported(one)).toEqual([turn([{ to: n2, bytes: bytes(1) }])]);
    connect(one, two, 2, 2);
    one.port.post(turn([{ to: n2, bytes: bytes(2) }]));
    expect(received(two)).toEqual([{ type: "mail", from: n1, incarnation: 2, bytes: bytes(2) }]);
  });

  test("a new lane replaces one that was cut, also if nothing was sent in between", () => {
    const [one, two] = [newNode(), newNode()];
    cutLane(connect(one, two).there);
    connect(one, two, 2, 2);
    one.port.post(turn([{ to: n2, bytes: bytes(1) }]));
    expect(reported(one)).toEqual([]);
    expect(received(two)).toEqual([{ type: "mail", from: n1, incarnation: 2, bytes: bytes(1) }]);
  });

  test("the mail of the next incarnation comes after the obituary of the last", () => {
    const [one, two] = [newNode(), newNode()];
    const { there } = connect(one, two);
    one.port.post(turn([{ to: n2, bytes: bytes(1) }]));
    cutLane(there);
    two.mail.post({ type: "obituary", node: n1, incarnation: 1 });
    const next = newNode();
    const lanes = [newLane(4096), newLane(4096)] as const;
    two.mail.open(
      {
        node: n1,
        incarnation: 2,
        bell: next.mail.bell.shared,
        in: lanes[0],
        inSlot: 2,
        out: lanes[1],
        mailbox: next.mail.mailbox.shared,
        outSlot: 1,
      },
      two.toPort,
    );
    next.mail.open(
      {
        node: n2,
        incarnation: 1,
        bell: two.mail.bell.shared,
        in: lanes[1],
        inSlot: 1,
        out: lanes[0],
        mailbox: two.mail.mailbox.shared,
        outSlot: 2,
      },
      next.toPort,
    );
    expect(next.port.receive()).toBe(undefined);
    next.port.post(turn([{ to: n2, bytes: bytes(2) }]));
    expect(received(two)).toEqual([
      { type: "mail", from: n1, incarnation: 1, bytes: bytes(1) },
      { type: "obituary", node: n1, incarnation: 1 },
      { type: "mail", from: n1, incarnation: 2, bytes: bytes(2) },
    ]);
  });
});
