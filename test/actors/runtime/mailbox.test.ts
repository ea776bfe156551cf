import { MessageChannel } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import { Bell } from "../../../packages/actors/src/lanes/bell.ts";
import { cutLane, newLane } from "../../../packages/actors/src/lanes/lane.ts";
import { LaneWriter } from "../../../packages/actors/src/lanes/lane-writer.ts";
import { MailboxTable } from "../../../packages/actors/src/lanes/mailbox-table.ts";
import { ActorMail } from "../../../packages/actors/src/mailboxes/actor-mail.ts";
import { KIND } from "../../../packages/actors/src/mailboxes/lane-frames.ts";
import { LaneOutbox } from "../../../packages/actors/src/mailboxes/lane-outbox.ts";
import { LanePort } from "../../../packages/actors/src/mailboxes/lane-port.ts";
import { Cell } from "../../../packages/actors/src/runtime/cell.ts";
import { encodeMessage, PROGRAM } from "../../../packages/actors/src/runtime/message.ts";

const IDLE = { isDue: () => false, timerAtMs: () => Infinity };

/** An actor behind its lanes, in this thread, which handles its first message until `release`. */
function newActor() {
  const mail = new ActorMail(new Bell());
  const { port1, port2 } = new MessageChannel();
  const start = mail.start({ letters: 100, bytes: 10_000 });
  const outbox = new LaneOutbox(start);
  const port = new LanePort(start, port2, IDLE, outbox, true);
  onTestFinished(() => {
    port.close();
    port1.close();
  });
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const cell = new Cell("a", 1, {
    receive: () => port.receive(),
    handled: (slot, bytes) => port.handled(slot, bytes),
    send: (letter) => outbox.send(letter),
    ring: () => outbox.ring(),
    soon: (callback) => void setImmediate(callback),
    onHandled: () => {},
    onEnd: () => {},
    fail: (error) => expect.unreachable(String(error)),
  });
  cell.begin({ receive: () => held });
  /** The router counts a letter before it posts it. */
  const tell = (message: unknown): void => {
    const bytes = encodeMessage("tell", 0, message).slice();
    mail.account.sent(bytes.length);
    mail.post({ type: "mail", from: PROGRAM, incarnation: 0, bytes });
  };
  /** Opens the lane of that start of actor "b", which may write `ringBytes` that are not read. */
  const openLane = (incarnation: number, ringBytes: number) => {
    const [slot, lane, other] = [2, newLane(ringBytes), new Bell()];
    const mailbox = mail.mailbox.shared;
    const ends = { in: lane, inSlot: slot, out: newLane(64), outSlot: slot };
    mail.open({ node: "b", incarnation, bell: other.shared, mailbox, ...ends }, port1);
    cell.turn();
    const [writer, account] = [new LaneWriter(lane, mail.bell), new MailboxTable(mailbox)];
    const tellBy = (message: unknown): void => {
      const bytes = encodeMessage("tell", 0, message).slice();
      account.sent(slot, bytes.length);
      writer.write(KIND.mail, bytes);
    };
    const die = (): void => {
      cutLane(lane);
      mail.post({ type: "obituary", node: "b", incarnation });
    };
    return { tellBy, die };
  };
  const lost = (): unknown[] => {
    outbox.flush();
    const all: unknown[] = [];
    for (let next = mail.receive(); next !== undefined; next = mail.receive()) all.push(next);
    return all;
  };
  return { mail, cell, tell, release, openLane, lost };
}

/** What a sender sees in the account of a mailbox after each change of it while `act` runs. */
function seenWhile({ account }: ActorMail, act: () => void): readonly (readonly number[])[] {
  const add = Atomics.add.bind(Atomics) as (...given: readonly unknown[]) => never;
  const seen: (readonly number[])[] = [];
  const spy = vi.spyOn(Atomics, "add").mockImplementation((...given: readonly unknown[]) => {
    const added = add(...given);
    seen.push([account.letters, account.bytes]);
    return added;
  });
  act();
  spy.mockRestore();
  return [...seen, [account.letters, account.bytes]];
}

test("a message counts in the mailbox at every moment until it is handled: senders may look at any", () => {
  const { mail, cell, tell } = newActor();
  tell("first");
  cell.turn();
  tell("second");
  tell("third");
  const { letters, bytes } = mail.account;
  const seen = seenWhile(mail, () => cell.turn());
  expect(new Set(seen.map(String))).toEqual(new Set([`${letters},${bytes}`]));
  expect(letters).toBe(2);
});

test("messages of an actor that has died count until they are handled; those that never came do not", async () => {
  const { mail, cell, tell, release, openLane, lost } = newActor();
  tell("first");
  cell.turn();
  // The same slot twice: its second owner comes while messages of the first one wait.
  for (const [incarnation, waiting] of [
    [1, 1],
    [2, 2],
  ] as const) {
    const { tellBy, die } = openLane(incarnation, 64);
    tellBy("it comes");
    tellBy("it never comes".repeat(10));
    tellBy("nor does this");
    expect(mail.account.letters).toBe(waiting + 2);
    die();
    cell.turn();
    expect(mail.account.letters).toBe(waiting);
    expect(lost()).toEqual([{ type: "settled", slot: 2, lost: 2 }]);
  }
  release();
  await new Promise((resolve) => setImmediate(resolve));
  expect([mail.account.letters, mail.account.bytes]).toEqual([0, 0]);
});
