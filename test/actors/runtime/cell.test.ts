import { describe, expect, test } from "vitest";
import { MailboxTable } from "../../../packages/actors/src/lanes/mailbox-table.ts";
import type { OutgoingLetter, ToActor } from "../../../packages/actors/src/mailboxes/letter.ts";
import type { Behavior, Down, Self } from "../../../packages/actors/src/runtime/behavior.ts";
import { Cell } from "../../../packages/actors/src/runtime/cell.ts";
import {
  decodeMessage,
  encodeMessage,
  PROGRAM,
  SUPERVISOR,
  type Kind,
} from "../../../packages/actors/src/runtime/message.ts";

/** An actor "a" with this behavior, and what it sends, without a thread. */
function newCell(make: (self: Self) => Behavior) {
  const [inbox, sent, calls]: [ToActor[], [string, Kind, number, unknown][], string[]] = [
    [],
    [],
    [],
  ];
  const due: (() => void)[] = [];
  const mailbox = new MailboxTable();
  const slot = 5;
  const full = new Set<string>();
  const cell = new Cell("a", 3, {
    receive: () => inbox.shift(),
    handled: (from, bytes) => mailbox.taken(from, bytes),
    send({ to, bytes }: OutgoingLetter) {
      if (full.has(to)) return "mailbox full";
      const { kind, number, body } = decodeMessage(bytes.slice());
      sent.push([to, kind, number, body]);
      return undefined;
    },
    ring: () => {},
    soon: (callback) => due.push(callback),
    onHandled: () => {},
    onEnd: () => calls.push("end"),
    fail: (error) => calls.push(`fail: ${(error as Error).message}`),
  });
  cell.begin(make(cell.self));
  const get = (from: string, kind: Kind, number: number, body: unknown): void => {
    const bytes = encodeMessage(kind, number, body).slice();
    mailbox.sent(slot, bytes.length);
    inbox.push({ type: "mail", from, incarnation: 1, bytes, slot });
    cell.turn();
  };
  const bury = (node: string, cause: string): void => {
    inbox.push({ type: "obituary", node, incarnation: 7, cause });
    cell.turn();
  };
  const runDue = (): void => {
    for (const callback of due.splice(0)) callback();
  };
  return { cell, mailbox, sent, calls, full, get, bury, runDue };
}

/** A promise that the test resolves. */
function later<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

describe("messages", () => {
  test("of a tell are handled without an answer; what an ask returns is the answer", () => {
    const got: unknown[] = [];
    const { get, sent } = newCell(() => ({
      receive(message, from) {
        got.push([message, from]);
        return { seen: message };
      },
    }));
    get("b", "tell", 0, 1);
    get("b", "ask", 5, 2);
    get(PROGRAM, "ask", 6, 3);
    expect(got).toEqual([
      [1, "b"],
      [2, "b"],
      [3, undefined],
    ]);
    expect(sent).toEqual([
      ["b", "answer", 5, { seen: 2 }],
      [PROGRAM, "answer", 6, { seen: 3 }],
    ]);
  });

  test("wait while one is handled, and count in the mailbox meanwhile", async () => {
    const first = later<string>();
    const { get, sent, mailbox } = newCell(() => ({
      receive: (message) => (message === 1 ? first.promise : message),
    }));
    get("b", "ask", 1, 1);
    get("b", "ask", 2, 2);
    get("b", "ask", 3, 3);
    expect([sent, mailbox.letters]).toEqual([[], 2]);
    first.resolve("one");
    await first.promise;
    expect([sent.map(([, , number, body]) => [number, body]), mailbox.letters]).toEqual([
      [
        [1, "one"],
        [2, 2],
        [3, 3],
      ],
      0,
    ]);
  });

  test("that make the behavior throw end the actor, and nothing is handled after that", async () => {
    const { get, sent, calls } = newCell(() => ({
      receive(message) {
        if (message === "now") throw new Error("a bug");
        return message === "later" ? Promise.reject(new Error("a later bug")) : message;
      },
    }));
    get("b", "ask", 1, "now");
    get("b", "ask", 2, "fine");
    expect([calls, sent]).toEqual([["fail: a bug"], []]);
    const other = newCell(() => ({ receive: () => Promise.reject(new Error("a later bug")) }));
    other.get("b", "tell", 0, 1);
    await Promise.resolve();
    await Promise.resolve();
    expect(other.calls).toEqual(["fail: a later bug"]);
  });

  test("an answer that is no plain data ends the actor", () => {
    const { get, calls } = newCell(() => ({ receive: () => () => {} }));
    get("b", "ask", 1, 1);
    expect(calls).toEqual(["fail: the answer is a function, which is not plain data"]);
  });
});

describe("asks", () => {
  const asking = (deadlineMs = 60_000) => {
    const results: unknown[] = [];
    const stage = newCell((self) => ({
      async receive(to) {
        results.push(
          await self
            .ask(String(to), "how are you?", { deadlineMs })
            .catch(({ message, outcome }: { message: string; outcome: string }) => [
              message,
              outcome,
            ]),
        );
      },
    }));
    return { ...stage, results };
  };
  const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  test("are answered while the message that waits for them is handled", async () => {
    const { get, sent, results } = asking();
    get(PROGRAM, "tell", 0, "b");
    expect(sent).toEqual([["b", "ask", 1, "how are you?"]]);
    get("b", "answer", 1, "well");
    await settled();
    expect(results).toEqual(["well"]);
  });

  test("end when the other actor ends: it may have handled them", async () => {
    const { get, bury, results } = asking();
    get(PROGRAM, "tell", 0, "b");
    bury("c", "of old age");
    bury("b", "a bug");
    await settled();
    expect(results).toEqual([["ask of b: it ended before it answered: a bug", "unknown"]]);
  });

  test("that were not delivered end at once: they were never handled", async () => {
    const { get, full, results } = asking();
    get(PROGRAM, "tell", 0, "b");
    get(SUPERVISOR, "gone", 1, "not running");
    await settled();
    full.add("c");
    get(PROGRAM, "tell", 0, "c");
    await settled();
    expect(results).toEqual([
      ["ask of b: not running", "definitelyNot"],
      ["ask of c: mailbox full", "definitelyNot"],
    ]);
  });

  test("end by their deadline, and a later answer is ignored", async () => {
    const { get, results } = asking(1);
    get(PROGRAM, "tell", 0, "b");
    while (results.length === 0) await settled();
    get("b", "answer", 1, "too late");
    await settled();
    expect(results).toEqual([["ask of b: no answer within 1 ms", "unknown"]]);
  });
});

describe("monitors", () => {
  const monitoring = () => {
    const downs: Down[] = [];
    const stage = newCell((self) => ({
      receive(message) {
        if (message === "monitor") self.monitor("b");
        else self.monitor("b")();
      },
      down: (down) => downs.push(down),
    }));
    return { ...stage, downs };
  };

  test("see the cause, once", () => {
    const { get, bury, downs, sent } = monitoring();
    get(PROGRAM, "tell", 0, "monitor");
    expect(sent).toEqual([[SUPERVISOR, "watch", 1, "b"]]);
    bury("b", "a bug");
    bury("b", "another bug");
    expect(downs).toEqual([{ actor: "b", incarnation: 7, cause: "a bug" }]);
  });

  test("see that the actor does not run", () => {
    const { get, downs } = monitoring();
    get(PROGRAM, "tell", 0, "monitor");
    get(SUPERVISOR, "gone", 1, "there is no such actor");
    expect(downs).toEqual([{ actor: "b", incarnation: 0, cause: "there is no such actor" }]);
  });

  test("see nothing after they have ended", () => {
    const { get, bury, downs } = monitoring();
    get(PROGRAM, "tell", 0, "monitor and stop");
    bury("b", "a bug");
    expect(downs).toEqual([]);
  });
});

describe("the end", () => {
  test("comes after the present message, with a last call, and before the messages that wait", async () => {
    const present = later<string>();
    const log: unknown[] = [];
    const { cell, get, runDue, calls, mailbox } = newCell(() => ({
      receive: (message) => present.promise.then(() => log.push(message)),
      stopped: () => log.push("stopped"),
    }));
    get("b", "tell", 0, 1);
    get("b", "tell", 0, 2);
    cell.end();
    runDue();
    expect(log).toEqual([]);
    present.resolve("");
    await new Promise((resolve) => void setImmediate(resolve));
    expect([log, calls, mailbox.letters]).toEqual([[1, "stopped"], ["end"], 1]);
  });
});

test("what an actor calls itself with is checked", async () => {
  const { cell, sent } = newCell(() => ({ receive: () => undefined }));
  const self = cell.self as unknown as Record<string, (...args: unknown[]) => unknown>;
  const thrown = async (name: string, ...args: unknown[]): Promise<string> => {
    try {
      return `resolved: ${String(await self[name]?.(...args))}`;
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(
    await Promise.all([
      thrown("tell", null, 1),
      thrown("ask", 5, 1),
      thrown("ask", "b", 1, null),
      thrown("ask", "b", 1, { deadlineMs: NaN }),
      thrown("monitor", {}),
      thrown("link", 5),
      thrown("unlink", ""),
    ]),
  ).toEqual([
    "self.tell: to is null: give the name of an actor",
    "self.ask: to is 5: give the name of an actor",
    "self.ask: options is null: give an object such as { deadlineMs: ... }",
    "self.ask: deadlineMs is NaN: give a number of milliseconds from 0",
    "self.monitor: actor is {}: give the name of an actor",
    "self.link: actor is 5: give the name of an actor",
    "self.unlink: actor is '': give the name of an actor",
  ]);
  expect(sent).toEqual([]);
});
