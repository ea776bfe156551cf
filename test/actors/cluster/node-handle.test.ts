/** What a node was asked holds when the call resolves, also if the program knew an earlier thread when it asked. */
import { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { ClusterFaults } from "../../../packages/actors/src/cluster/cluster-faults.ts";
import { NodeHandle } from "../../../packages/actors/src/cluster/node-handle.ts";
import { MemoryDisks } from "../../../packages/actors/src/directory/cluster-disks.ts";
import { NodeCounters } from "../../../packages/actors/src/metrics/node-counters.ts";
import { RemoteChild } from "../../../packages/actors/src/program/remote-child.ts";
import type { RemoteSupervisor } from "../../../packages/actors/src/program/remote-supervisor.ts";
import { faultMemory } from "../../../packages/actors/src/threads/node-faults.ts";
import type { NodeState } from "../../../packages/actors/src/threads/supervision.ts";

/** A node whose second thread runs, of which the program hears only with the answer to what it asks. */
function restarted() {
  const id = "n1" as NodeId;
  const state: NodeState = {
    id,
    uid: 0,
    life: { type: "running" },
    incarnation: 1,
    restarts: 0,
    hasThread: true,
    isPaused: false,
    counters: new NodeCounters().shared,
    disk: { type: "memory", files: [], owner: id },
  };
  const events = new EventEmitter();
  const child = new RemoteChild(
    { node: id, uid: 0, path: undefined, faults: faultMemory() },
    {
      order: async () => child.publish({ ...state, incarnation: 2 }),
      onMail: () => {},
      onMalformed: () => {},
      onStatus: () => {},
      onMembership: () => {},
      onEvent: () => {},
    },
  );
  child.publish(state);
  const supervisor = { events, children: [child] } as unknown as RemoteSupervisor;
  const exits = (): void => {
    child.publish({ ...state, incarnation: 2, hasThread: false });
    events.emit("change");
  };
  const node = new NodeHandle(child, supervisor, new MemoryDisks([id]));
  const faults = new ClusterFaults({ carrier: undefined }, () => supervisor);
  return { node, faults, exits };
}

test.each<[string, (asked: ReturnType<typeof restarted>) => Promise<void>]>([
  ["crash", ({ node }) => node.crash()],
  ["loss of power", ({ faults }) => faults.losePower("n1", "nothing")],
  ["stop", ({ node }) => node.stop()],
])("a %s resolves when the thread is gone that ran then", async (_title, ask) => {
  const asked = restarted();
  let isOver = false;
  const done = ask(asked).then(() => (isOver = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  asked.exits();
  await done;
});
