import { beforeEach, expect, test } from "vitest";
import { error, PromptSession } from "../../support/prompt-session.ts";

let session: PromptSession;

beforeEach(() => {
  session = new PromptSession();
});

test("wait for at most 30 s by default", async () => {
  expect(
    await session.replies(
      "wait leader",
      "wait converged",
      "wait leader --timeout 5",
      "wait converged --timeout 6",
    ),
  ).toEqual([
    { text: "n1\n", json: "n1" },
    { text: "ok\n", json: null },
    { text: "n1\n", json: "n1" },
    { text: "ok\n", json: null },
  ]);
  expect(session.cluster.calls).toEqual([
    "leader 30000",
    "converged 30000",
    "leader 5",
    "converged 6",
  ]);
});

test("a wait fails at its timeout", async () => {
  await session.replies("stop n1", "stop n2", "stop n3");
  expect(await session.reply("wait leader --timeout 7")).toEqual(
    error("waiting for a leader: not within 7 ms"),
  );
});

test.each([
  ["wait", "wait takes 1 to 3 arguments, not 0: wait leader|converged [--timeout MS]"],
  ["wait peace", 'wait takes "leader" or "converged", not "peace"'],
  ["wait leader 5", 'wait does not know "5"'],
  ["wait leader --timeout", "an argument is missing: wait leader|converged [--timeout MS]"],
  [
    "wait leader --timeout 5 6",
    "wait takes 1 to 3 arguments, not 4: wait leader|converged [--timeout MS]",
  ],
  [
    "wait leader --timeout 0",
    'a time in milliseconds must be a whole number from 1 to 86400000, not "0"',
  ],
  ["sleep 1.5", 'a time in milliseconds must be a whole number from 0 to 86400000, not "1.5"'],
  ["sleep -1", 'a time in milliseconds must be a whole number from 0 to 86400000, not "-1"'],
])("%s", async (line, message) => {
  expect(await session.reply(line)).toEqual(error(message));
});

test("sleep", async () => {
  expect(await session.reply("sleep 0")).toEqual({ text: "ok\n", json: null });
});
