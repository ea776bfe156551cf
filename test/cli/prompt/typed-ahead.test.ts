import { CommandSession, Notes, verbs } from "@kontiki/cli";
import { setImmediate as nextTurn } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { Interpreter } from "../../../packages/cli/dist/prompt/interpreter.js";
import { JsonPrinter } from "../../../packages/cli/dist/prompt/reply-printer.js";
import { TypedAhead } from "../../../packages/cli/dist/prompt/typed-ahead.js";
import { FakeCluster } from "../support/fake-cluster.ts";
import { Screen } from "../support/fake-host.ts";
import { objects } from "../support/kontiki.ts";

let cluster: FakeCluster;
let output: Screen;
let late: string[];
let timers: Set<() => void>;
let interpreter: Interpreter;
let typed: TypedAhead;

beforeEach(() => {
  cluster = new FakeCluster();
  output = new Screen();
  late = [];
  timers = new Set();
  const { signal } = new AbortController();
  const session = new CommandSession(verbs, cluster, signal);
  const notes = new Notes({ stderr: new Screen(), env: {} });
  interpreter = new Interpreter(session, new JsonPrinter(output), notes, signal);
  const startTimer = (_ms: number, onTime: () => void): (() => void) => {
    timers.add(onTime);
    return () => void timers.delete(onTime);
  };
  typed = new TypedAhead(interpreter, startTimer, {
    onReply: () => undefined,
    onLate: ({ words }) => void late.push(words.map(({ text }) => text).join(" ")),
  });
});

function enter(...lines: readonly string[]): void {
  for (const text of lines) {
    const line = interpreter.read({ type: "line", number: 1, text }, false);
    if (line === undefined) throw new Error(`${text} is no command`);
    typed.add(line);
  }
}

/** A second passes: what runs now takes long. */
function waitLong(): void {
  for (const onTime of timers) onTime();
}

/** The commands that were answered, once this many are. */
async function answered(count: number): Promise<readonly string[]> {
  await output.until(new RegExp(`^(?:.*\\n){${count}}`));
  // What is printed is not yet forgotten.
  await nextTurn();
  return objects(output.text).map(({ command }) => (command as readonly string[]).join(" "));
}

/** Makes the next command on a key wait for an answer that does not come. */
function stuck(line: string): void {
  cluster.next.push("never");
  enter(line);
}

test("lines that are pasted run one after another", async () => {
  enter("put k a", "status", "append k b", "crash n2", "get k", "leader");
  expect(await answered(6)).toEqual([
    "put k a",
    "status",
    "append k b",
    "crash n2",
    "get k",
    "leader",
  ]);
  expect(late).toEqual([]);
});

test("start does not wait for a put that waits for the node", async () => {
  await cluster.node("n2").stop();
  stuck("put k v");
  enter("get k", "start n2", "status");
  expect(typed.isIdle).toBe(false);
  waitLong();
  expect(await answered(1)).toEqual(["start n2"]);
});

test("start waits for a stop, and nothing runs beside a sleep", async () => {
  enter("stop n2", "start n2");
  expect(await answered(2)).toEqual(["stop n2", "start n2"]);
  enter("sleep 60000", "start n3");
  waitLong();
  enter("status", "get j", "nope");
  expect(await answered(3)).toEqual(["stop n2", "start n2", "nope"]);
});

test("what is typed while a command takes long need not wait, if the order does not matter", async () => {
  stuck("put k v");
  waitLong();
  enter("get k", "status", "put j v", "help get", "leader", "crash n2", "get j");
  expect(await answered(4)).toEqual(["status", "put j v", "help get", "leader"]);
});

test("an interrupted line is answered as such, after a note which one it was", async () => {
  stuck("put k v");
  waitLong();
  enter("put j v");
  expect(await answered(1)).toEqual(["put j v"]);
  enter("crash n2");
  typed.interrupt();
  expect(await answered(3)).toEqual(["put j v", "put k v", "crash n2"]);
  expect(late).toEqual(["put k v"]);
  expect(objects(output.text).map(({ outcome }) => outcome)).toEqual([
    undefined,
    "unknown",
    "definitelyNot",
  ]);
});

test("nothing runs after quit", async () => {
  enter("quit", "put k v");
  expect(await answered(1)).toEqual(["quit"]);
  expect(typed.quits).toBe(true);
  expect(cluster.calls).toEqual([]);
});
