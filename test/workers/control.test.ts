import { MessageChannel } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import type { NodeControl } from "../../packages/actors/dist/mail/protocol.js";
import { Control } from "../../packages/actors/dist/supervision/control.js";

/** The control of a node whose thread never answers. */
function mute(): Control<NodeControl> {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port2.close());
  return new Control<NodeControl>("n1", port1);
}

const ask = (control: Control<NodeControl>, deadlineMs: number): Promise<unknown> =>
  control.call("log", deadlineMs, (node) => node.log(1, 1));

test("a control call is rejected when its deadline passes", async () => {
  const control = mute();
  await expect(ask(control, 5)).rejects.toThrow("log of n1: no answer within 5 ms");
  control.threadExited();
});

test("control calls are rejected when the thread ends, and afterwards", async () => {
  const control = mute();
  const calls = Promise.allSettled([ask(control, 60_000), ask(control, 60_000)]);
  control.threadExited();
  const ended = { reason: { message: "log of n1: its thread ended before it answered" } };
  expect(await calls).toMatchObject([ended, ended]);
  await expect(ask(control, 60_000)).rejects.toThrow("log of n1: its thread has ended");
});
