import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machine, start, temporaryFolder } from "./support/clusters.ts";

test("when all nodes have failed, open and new commands end at once, with the cause", async () => {
  const orders = temporaryFolder();
  const cluster = await start<string, number>({
    nodes: ["n1"],
    stateMachine: machine("obedient.mjs", { orders }),
    restartIntensity: { crashes: 0, withinMs: 60_000 },
    proposalTimeoutMs: 2 ** 30,
  });
  await cluster.leader();
  writeFileSync(join(orders, "n1"), "exit 3");
  const cause =
    "all nodes have failed (n1: it crashed 1 times within 60000 ms, the last time because: " +
    "the thread ended with exit code 3)";
  expect(await cluster.propose("a")).toEqual({ type: "unknown", reason: cause });
  expect(await cluster.propose("b")).toEqual({ type: "definitelyNot", reason: cause });
  expect(await cluster.read("c")).toEqual({ type: "definitelyNot", reason: cause });
  // Somebody may start it again, and it is asked again.
  rmSync(join(orders, "n1"));
  await cluster.node("n1").start();
  expect(await cluster.propose("d")).toEqual({ type: "ok", value: 2 });
});
