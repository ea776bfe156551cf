import { MessageChannel } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import { term } from "@kontiki/core";
import { Bell } from "../../../packages/actors/src/lanes/bell.ts";
import type { MailboxLimits } from "../../../packages/actors/src/lanes/mailbox-table.ts";
import { cutLane, newLane } from "../../../packages/actors/src/lanes/lane.ts";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import type { RaftStatus } from "../../../packages/actors/src/mail/status.ts";
import type { FromNode, OutgoingMail, ToNode } from "../../../packages/actors/src/mail/protocol.ts";
import { NodeLanePort } from "../../../packages/actors/src/threads/node-lane-port.ts";
import type { ThreadWork } from "../../../packages/actors/src/mailboxes/lane-port.ts";
import type { LaneReport } from "../../../packages/actors/src/threads/lane-report.ts";
import { ActorLanes } from "../../../packages/actors/src/mailboxes/actor-lanes.ts";
import { ActorMail } from "../../../packages/actors/src/mailboxes/actor-mail.ts";
import { CLIENT, n1, n2, n3 } from "../support/actors.ts";

const client = clientAddress(CLIENT);
const IDLE = { isDue: () => false, timerAtMs: () => Infinity, mayDoze: () => false };

function statusOf(progress: Record<string, number>): RaftStatus {
  const indices = { commit: 0, last: 0, applied: 0, first: 1, snapshot: 0, term: 1 };
  const rest = { leader: undefined, votes: true, repairing: false, lacks: undefined };
  return {
    role: "follower",
    ...rest,
    receiving: undefined,
    ...indices,
    ...progress,
  } as unknown as RaftStatus;
}

/** A node's port and its supervisor's end of it, in one thread. */
function newNode(limits: MailboxLimits = { letters: 100, bytes: 10_000 }, work: ThreadWork = IDLE) {
  const bell = new Bell();
  const mail = new ActorMail<LaneReport>(bell);
  const { port1, port2 } = new MessageChannel();
  const port = new NodeLanePort(mail.start(limits), port2, work);
  onTestFinished(() => {
    port.close();
    port1.close();
  });
  return { bell, mail, port, toPort: port1 };
}

type Node = ReturnType<typeof newNode>;

/** Opens direct lanes between n1 and n2. Returns the lanes from and to n1. */
function connect(one: Node, two: Node, incarnation = 1, slot = 1) {
  const [there, back] = [newLane(4096), newLane(4096)];
  const ends = { inSlot: slot, outSlot: slot, incarnation };
  one.mail.open(
    {
      ...ends,
      node: n2,
      in: back,
      out: there,
      bell: two.mail.bell.shared,
      mailbox: two.mail.mailbox.shared,
    },
    one.toPort,
  );
  two.mail.open(
    {
      ...ends,
      node: n1,
      in: there,
      out: back,
      bell: one.mail.bell.shared,
      mailbox: one.mail.mailbox.shared,
    },
    two.toPort,
  );
  // A node learns of a lane when it looks for letters.
  expect([one.port.receive(), two.port.receive()]).toEqual([undefined, undefined]);
  return { there, back };
}

function turn(
  mail: (FromNode & { readonly type: "turn" })["mail"],
  raft?: (FromNode & { readonly type: "turn" })["raft"],
): FromNode {
  return { type: "turn", mail, taken: { letters: 0, bytes: 0 }, malformed: 0, raft };
}

/** How far a log has come, as it is reported once the rest is known. */
function progress(of: Parameters<typeof statusOf>[0]): LaneReport {
  const { commit, last, applied } = statusOf(of);
  return { type: "figures", figures: [commit, last, applied] };
}

/** Lets the event loop run a few times. */
async function eventLoop(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

function bytes(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values);
}

function received({ port }: Node): readonly ToNode[] {
  const all: ToNode[] = [];
  for (let next = port.receive(); next !== undefined; next = port.receive()) all.push(next);
  return all;
}

/** What the supervisor receives: letters, and parts of turns, each as a turn. */
function reported({ mail }: { readonly mail: Pick<ActorMail<LaneReport>, "receive"> }) {
  const all: unknown[] = [];
  for (let next = mail.receive(); next !== undefined; next = mail.receive())
    if (next.type === "letter") all.push(turn([next.letter as OutgoingMail]));
    else if (next.type === "turn") all.push({ ...turn([]), ...next });
    else all.push(next);
  return all;
}

describe("between a node and its supervisor", () => {
  test("letters and obituaries arrive as they were sent", () => {
    const node = newNode();
    const sent: readonly ToNode[] = [
      { type: "mail", from: client, incarnation: 0, bytes: bytes(1, 2) },
      { type: "mail", from: n3, incarnation: 12, bytes: bytes() },
      { type: "obituary", node: n3, incarnation: 12 },
      { type: "obituary", node: n3, incarnation: 12, stage: 3 },
    ];
    for (const letter of sent) node.mail.post(letter);
    expect(received(node)).toEqual(sent);
  });

  test("letters to clients, and to nodes without a lane, are the supervisor's to carry", () => {
    const node = newNode();
    node.port.post(
      turn([
        { to: client, bytes: bytes(1) },
        { to: n2, bytes: bytes(2) },
      ]),
    );
    expect(reported(node)).toEqual([
      turn([{ to: client, bytes: bytes(1) }]),
      turn([{ to: n2, bytes: bytes(2) }]),
    ]);
  });

  test("reports arrive in order, and an answer to a client after the state in which it was given", () => {
    const node = newNode();
    const trouble = {
      type: "trouble",
      what: "it hurts",
      condition: undefined,
      term: term(1),
    } as const;
    node.port.post(turn([], statusOf({ applied: 1 })));
    node.port.post(turn([], statusOf({ applied: 2 })));
    node.port.post(turn([{ to: client, bytes: bytes(1) }]));
    node.port.post(turn([], statusOf({ applied: 3 })));
    node.port.post(trouble);
    expect(reported(node)).toEqual([
      turn([], statusOf({ applied: 1 })),
      progress({ applied: 2 }),
      turn([{ to: client, bytes: bytes(1) }]),
      progress({ applied: 3 }),
      trouble,
    ]);
  });

  test("letters that could not be read are reported with the whole state", () => {
    const node = newNode();
    node.port.post(turn([], statusOf({ applied: 1 })));
    node.port.post({ ...turn([], statusOf({ applied: 2 })), malformed: 2 } as FromNode);
    node.port.post(turn([{ to: client, bytes: bytes(1) }]));
    expect(reported(node)).toEqual([
      turn([], statusOf({ applied: 1 })),
      { ...turn([], statusOf({ applied: 2 })), malformed: 2 },
      turn([{ to: client, bytes: bytes(1) }]),
    ]);
  });

  test("how far a log has come wakes the supervisor only after a while, and only the newest is sent", async () => {
    const node = newNode();
    const rung = new Int32Array(node.bell.shared);
    node.port.post(turn([], statusOf({ applied: 1 })));
    expect([rung[0], reported(node).length]).toEqual([1, 1]);
    node.port.post(turn([], statusOf({ applied: 2 })));
    node.port.post(turn([], statusOf({ applied: 3, last: 3 })));
    node.port.post(turn([], statusOf({ applied: 3, last: 3 })));
    expect([rung[0], reported(node).length]).toEqual([1, 0]);
    node.port.onLetters(() => {});
    await rings(node.bell);
    expect(reported(node)).toEqual([progress({ applied: 3, last: 3 })]);
    // What the supervisor knows already is not sent again.
    node.port.post(turn([], statusOf({ applied: 3, last: 3 })));
    node.port.post({ type: "trouble", what: undefined, condition: undefined, term: term(1) });
    expect(reported(node).length).toBe(1);
  });

  test("letters are noticed, before and after the node begins to listen", async () => {
    const node = newNode();
    const letter = { type: "mail", from: client, incarnation: 0, bytes: bytes(1) } as const;
    node.mail.post(letter);
    let noticed = (): void => {};
    const next = (): Promise<void> =>
      new Promise((resolve) => {
        noticed = resolve;
      });
    let wait = next();
    node.port.onLetters(() => {
      expect(received(node)).toEqual([letter]);
      noticed();
    });
    await wait;
    for (const pauseMs of [0, 20]) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      wait = next();
      node.mail.post(letter);
      await wait;
    }
  });
});

describe("between a node, its supervisor and the program", () => {
  /** A node's port, its supervisor's end of it, and the program's. */
  function newProgramNode() {
    const [bell, programBell] = [new Bell(), new Bell()];
    const mail = new ActorMail<LaneReport>(bell, programBell.shared);
    const { port1, port2 } = new MessageChannel();
    const port = new NodeLanePort(mail.start({ letters: 4, bytes: 1000 }), port2, IDLE);
    onTestFinished(() => {
      port.close();
      port1.close();
    });
    if (mail.program === undefined) throw new Error("it has no lanes to the program");
    return { bell, programBell, mail, port, program: new ActorLanes<LaneReport>(mail.program) };
  }

  test("letters to clients, and the state in which they were sent, go to the program alone", () => {
    const { port, mail, program } = newProgramNode();
    port.post(turn([], statusOf({ applied: 1 })));
    expect([reported({ mail }), reported({ mail: program })]).toEqual([
      [turn([], statusOf({ applied: 1 }))],
      [turn([], statusOf({ applied: 1 }))],
    ]);
    port.post(turn([], statusOf({ applied: 2 })));
    port.post(turn([{ to: client, bytes: bytes(1) }]));
    port.post(turn([{ to: n2, bytes: bytes(2) }]));
    expect([reported({ mail }), reported({ mail: program })]).toEqual([
      [turn([{ to: n2, bytes: bytes(2) }])],
      [progress({ applied: 2 }), turn([{ to: client, bytes: bytes(1) }])],
    ]);
  });

  test("what the supervisor acts on goes to both", () => {
    const { port, mail, program } = newProgramNode();
    const trouble = {
      type: "trouble",
      what: "it hurts",
      condition: undefined,
      term: term(1),
    } as const;
    port.post(turn([], statusOf({ term: 2 })));
    port.post(trouble);
    const both = [turn([], statusOf({ term: 2 })), trouble];
    expect([reported({ mail }), reported({ mail: program })]).toEqual([both, both]);
  });

  test("how far a log has come wakes the program alone, after a while", async () => {
    const { port, mail, program, bell, programBell } = newProgramNode();
    port.post(turn([], statusOf({ applied: 1 })));
    const rung = [bell, programBell].map(({ shared }) => new Int32Array(shared));
    expect([reported({ mail }).length, reported({ mail: program }).length]).toEqual([1, 1]);
    port.post(turn([], statusOf({ applied: 2 })));
    expect(rung.map((cells) => cells[0])).toEqual([1, 1]);
    port.onLetters(() => {});
    await rings(programBell);
    expect([reported({ mail }), reported({ mail: program })]).toEqual([
      [],
      [progress({ applied: 2 })],
    ]);
    expect(rung[0]?.[0]).toBe(1);
  });

  test("letters from both count in one mailbox, and are taken in turn", () => {
    const { port, mail, program } = newProgramNode();
    const letter = { type: "mail", from: client, incarnation: 0, bytes: bytes(1) } as const;
    for (const end of [mail, program]) {
      end.account.sent(1);
      end.post(letter);
    }
    expect([mail.account.letters, program.account.letters]).toEqual([2, 2]);
    expect([port.receive(), port.receive(), port.receive()]).toEqual([letter, letter, undefined]);
    expect([mail.account.letters, program.account.bytes]).toEqual([0, 0]);
  });
});

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

/** Waits until the bell rings next. */
async function rings(bell: Bell): Promise<void> {
  await new Promise<void>((resolve) => bell.whenRung(() => true, resolve));
}
