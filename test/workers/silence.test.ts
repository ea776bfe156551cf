import { expect, test } from "vitest";
import { MailLoop } from "../../packages/actors/dist/mailboxes/mail-loop.js";
import { MAILBOX_DEFAULTS } from "../../packages/actors/dist/mailboxes/router.js";
import {
  ActorThread,
  type Posted,
  type Stoppable,
} from "../../packages/actors/dist/supervision/actor-thread.js";

const END_OF_TURN = "end of turn";
const FILE = new URL("actors/counting.mjs", import.meta.url);

/** What a supervisor hears of a thread that counts its turns, and ends by itself or is killed after so many. */
async function lifeOf(ending: { readonly until?: number; readonly killAt?: number }) {
  const count = new Int32Array(new SharedArrayBuffer(4));
  const [heard, numbers]: [string[], number[]] = [[], []];
  await new Promise<void>((resolve) => {
    const thread = new ActorThread<Posted & { readonly number?: number }, Stoppable>(
      { file: FILE, name: "a", heapMiB: 64, spec: { count: count.buffer, until: ending.until } },
      { loop: new MailLoop(), limits: MAILBOX_DEFAULTS, programBell: undefined },
      {
        onMessage: ({ number }) => {
          if (number === undefined) return;
          numbers.push(number);
          if (number === ending.killAt) thread.kill("on request");
        },
        onLetter: () => {},
        onMailReport: () => {},
        onDying: () => {},
        onSilent: (cause) => {
          heard.push(`silent after ${count[0]}: ${cause}`);
          queueMicrotask(() => heard.push(END_OF_TURN));
        },
        onExit: (cause) => {
          heard.push(`gone after ${count[0]}: ${cause}`);
          queueMicrotask(resolve);
        },
      },
    );
  });
  return { heard, numbers, turns: count[0] ?? 0 };
}

test("a killed thread is silent when it runs nothing more, and all that it has posted is there", async () => {
  const { heard, numbers, turns } = await lifeOf({ killAt: 100 });
  expect(heard.filter((what) => what !== END_OF_TURN)).toEqual([
    `silent after ${turns}: on request`,
    `gone after ${turns}: on request`,
  ]);
  expect(numbers).toEqual(Array.from(numbers, (_, at) => at + 1));
  // It may have been killed between a turn and its message.
  expect(turns - numbers.length).toBeOneOf([0, 1]);
});

/** To free its memory takes long, and an election need not wait for it. A thread with little may do both at once. */
test("of threads that are killed one at least is silent in a turn before its exit", async () => {
  for (let tried = 0; tried < 20; tried += 1) {
    const { heard } = await lifeOf({ killAt: 1 });
    if (heard[1] === END_OF_TURN) return;
  }
  expect.unreachable("all were silent only when they had exited");
});

test("a thread that ends by itself is silent when it exits, as it may have closed its port before", async () => {
  const { heard, numbers } = await lifeOf({ until: 100 });
  expect(heard).toEqual(["silent after 100: undefined", "gone after 100: undefined", END_OF_TURN]);
  expect(numbers).toHaveLength(100);
});
