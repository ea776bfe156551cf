import { beforeEach, expect, test } from "vitest";
import { error, PromptSession } from "../../support/prompt-session.ts";

let session: PromptSession;

beforeEach(() => {
  session = new PromptSession();
});

async function indexes(line: string): Promise<readonly number[]> {
  const reply = await session.reply(line);
  if ("outcome" in reply) throw new Error(reply.message);
  return (reply.json as readonly { readonly index: number }[]).map(({ index }) => index);
}

test("a log for people and for programs", async () => {
  await session.reply('put k "two words"');
  const command = { type: "put", key: "k", value: "two words" };
  expect(await session.reply("log leader")).toEqual({
    text: '1 1 noop\n2 1 7:1 put k "two words"\n',
    json: [
      { type: "noop", index: 1, term: 1 },
      { type: "command", index: 2, term: 1, client: 7, sequence: 1, command },
    ],
  });
});

test("a log comes in pages from the first index to the end", async () => {
  for (let at = 2; at <= 100; at += 1) await session.reply("put k v");
  expect(await indexes("log n2 3")).toEqual(Array.from({ length: 98 }, (_, at) => at + 3));
  expect(session.cluster.calls.filter((call) => call.startsWith("log"))).toEqual([
    "log n2 3 64",
    "log n2 67 64",
    "log n2 101 64",
  ]);
});

test("a log is empty after its end", async () => {
  expect(await session.reply("log leader 99")).toEqual({ text: "", json: [] });
});

test("a node that does not run has no log to show", async () => {
  await session.reply("stop n2");
  expect(await session.reply("log n2")).toEqual(error("n2 does not run"));
});

test("an index counts from 1", async () => {
  expect(await session.reply("log n1 0")).toEqual(
    error('an index must be a whole number from 1 to 9007199254740991, not "0"'),
  );
});
