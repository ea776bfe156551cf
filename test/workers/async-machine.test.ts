import { fileURLToPath } from "node:url";
import { Cluster, type ClusterEvent } from "@kontiki/actors";
import { expect, onTestFinished, test } from "vitest";

const late = fileURLToPath(new URL("./machines/late.mjs", import.meta.url));

test("an async machine that fails late gives an error for that command, and every node survives", async () => {
  const events: ClusterEvent[] = [];
  const cluster = await Cluster.start<string, null>({
    nodes: 3,
    stateMachine: late,
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => cluster.stop());
  for (const command of ["bad", "good", "bad"]) {
    expect(await cluster.propose(command)).toEqual({
      type: "error",
      message: "the result is a Promise, which is not plain data: use the value that it gives",
    });
  }
  await cluster.converged();
  expect(events.filter(({ type }) => type === "crashed")).toEqual([]);
});

test("a node that is being stopped cannot be crashed back to life", async () => {
  const cluster = await Cluster.start({ nodes: 1 });
  onTestFinished(() => cluster.stop());
  const node = cluster.node("n1");
  const stopped = node.stop();
  await expect(node.crash()).rejects.toThrow("n1 is being stopped");
  await stopped;
  expect(node.status().life).toEqual({ type: "stopped" });
});
