/** The lanes of a node to its supervisor and to the program: what goes to which, in which order, and whom it wakes. */
import { MessageChannel } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import { term } from "@kontiki/core";
import { Bell } from "../../../packages/actors/src/lanes/bell.ts";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import type { FromNode, ToNode } from "../../../packages/actors/src/mail/protocol.ts";
import { NodeLanePort } from "../../../packages/actors/src/threads/node-lane-port.ts";
import type { LaneReport } from "../../../packages/actors/src/threads/lane-report.ts";
import { ActorLanes } from "../../../packages/actors/src/mailboxes/actor-lanes.ts";
import { ActorMail } from "../../../packages/actors/src/mailboxes/actor-mail.ts";
import { CLIENT, n2, n3 } from "../support/actors.ts";
import {
  bytes,
  IDLE,
  newNode,
  progress,
  received,
  reported,
  rings,
  statusOf,
  turn,
} from "../support/lane-nodes.ts";

const client = clientAddress(CLIENT);

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
