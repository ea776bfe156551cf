import { Cluster, type ClusterEvent } from "@kontiki/actors";
import { expect, onTestFinished, test } from "vitest";

test("a listener that throws does not keep a crashed node from its restart", async () => {
  const thrown: unknown[] = [];
  const onUncaught = (error: unknown): void => void thrown.push(error);
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", onUncaught);
  onTestFinished(() => {
    process.off("uncaughtException", onUncaught);
    for (const other of others) process.on("uncaughtException", other);
  });
  const cluster = await Cluster.start({ nodes: 1 });
  onTestFinished(() => cluster.stop());
  const mishap = new Error("a listener's own");
  const restarted = new Promise<ClusterEvent>((resolve) => {
    cluster.events.on("event", (event) => {
      if (event.type === "started") resolve(event);
      if (event.type === "crashed") throw mishap;
    });
  });
  await cluster.node("n1").crash();
  expect(await restarted).toMatchObject({ type: "started", node: "n1", incarnation: 2 });
  expect(thrown).toEqual([mishap]);
});
