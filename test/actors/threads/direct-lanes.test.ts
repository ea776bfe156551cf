/** Letters of a node to another by a lane of their own: they count in a mailbox, and wake a node that must not wait. */
import { describe, expect, test } from "vitest";
import type { ToNode } from "../../../packages/actors/src/mail/protocol.ts";
import { n1, n2 } from "../support/actors.ts";
import {
  bytes,
  connect,
  IDLE,
  newNode,
  received,
  reported,
  rings,
  turn,
} from "../support/lane-nodes.ts";

/** Lets the event loop run a few times. */
async function eventLoop(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("between two nodes", () => {
  test("letters take the lane, with the sender and its incarnation, and count in the mailbox until they are taken", () => {
    const [one, two] = [newNode(), newNode()];
    connect(one, two, 5);
    one.port.post(turn([{ to: n2, bytes: bytes(1, 2, 3) }]));
    expect([two.mail.account.letters, two.mail.account.bytes]).toEqual([1, 3]);
    expect(received(two)).toEqual([
      { type: "mail", from: n1, incarnation: 5, bytes: bytes(1, 2, 3) },
    ]);
    expect([two.mail.account.letters, two.mail.account.bytes]).toEqual([0, 0]);
    expect(reported(one)).toEqual([]);
  });

  test("a full mailbox refuses letters, which are counted; what was taken makes room", async () => {
    const [one, two] = [newNode({ letters: 2, bytes: 100 }), newNode()];
    connect(one, two);
    const letter = { to: n2, bytes: bytes(1) };
    one.port.post(turn([letter, letter, letter, letter]));
    expect(received(two).length).toBe(2);
    one.port.post(turn([letter]));
    expect(received(two).length).toBe(1);
    one.port.onLetters(() => {});
    await rings(one.bell);
    expect(reported(one)).toEqual([{ type: "undelivered", to: n2, count: 2 }]);
  });

  test("the mail of other senders fills the same mailbox", () => {
    const [one, two] = [newNode({ letters: 2, bytes: 100 }), newNode()];
    connect(one, two);
    two.mail.account.sent(10);
    two.mail.account.sent(10);
    one.port.post(turn([{ to: n2, bytes: bytes(1) }]));
    expect(received(two)).toEqual([]);
  });

  test("a letter that is larger than the lane arrives whole", () => {
    const [one, two] = [newNode({ letters: 10, bytes: 1e6 }), newNode()];
    connect(one, two);
    const large = new Uint8Array(50_000).fill(7);
    one.port.post(
      turn([
        { to: n2, bytes: large },
        { to: n2, bytes: bytes(1) },
      ]),
    );
    one.port.onLetters(() => {});
    const got: ToNode[] = [];
    two.port.onLetters(() => got.push(...received(two)));
    return expect
      .poll(() => got.map((letter) => letter.type === "mail" && letter.bytes.length))
      .toEqual([50_000, 1]);
  });

  test("a letter that can wait does not wake a leader that awaits no answer, until the leader sends something", async () => {
    let mayDoze = true;
    const [one, two] = [newNode(undefined, { ...IDLE, mayDoze: () => mayDoze }), newNode()];
    connect(one, two);
    let letters = received(one);
    const isNoticed = (): Promise<void> => new Promise((resolve) => (noticed = resolve));
    let noticed = (): void => {};
    one.port.onLetters(() => {
      letters = received(one);
      noticed();
    });
    await eventLoop();
    const acceptance = { to: n1, bytes: bytes(1), canWait: true } as const;
    two.port.post(turn([acceptance]));
    await eventLoop();
    expect(letters).toEqual([]);
    // A timer's turn, in which the leader proposes something of its own.
    mayDoze = false;
    one.port.post(turn([{ to: n2, bytes: bytes(2) }]));
    const next = isNoticed();
    two.port.post(turn([acceptance]));
    await next;
    expect(letters.length).toBe(2);
  });

  test("a letter that cannot wait wakes a leader that awaits no answer", async () => {
    const [one, two] = [newNode(undefined, { ...IDLE, mayDoze: () => true }), newNode()];
    connect(one, two);
    const noticed = new Promise<void>((resolve) => one.port.onLetters(resolve));
    await eventLoop();
    two.port.post(turn([{ to: n1, bytes: bytes(1), canWait: true }]));
    two.port.post(turn([{ to: n1, bytes: bytes(2) }]));
    await noticed;
    expect(received(one).length).toBe(2);
  });
});
