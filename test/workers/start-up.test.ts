import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { machine, nextEvent, start, temporaryFolder } from "./support/clusters.ts";

/** A folder that lets so many start-ups fail. */
function failing(times: number): string {
  const folder = join(temporaryFolder(), "times");
  mkdirSync(folder);
  for (let at = 0; at < times; at += 1) writeFileSync(join(folder, `${at}`), "");
  return folder;
}

test("the first election does not wait for an election timeout: nobody can lead yet", async () => {
  const cluster = await start({ nodes: 1, electionTimeoutMs: 4_000, heartbeatMs: 100 });
  // A quarter of the timeout at most; without haste it would be 4 seconds at least.
  expect(await cluster.leader({ timeoutMs: 3_500 })).toBe("n1");
}, 60_000);

describe("a start-up that fails", () => {
  test("is a crash, and retried", async () => {
    const stateMachine = machine("starts-late.mjs", { times: failing(2) });
    const cluster = await start<string, string>({ nodes: 1, stateMachine });
    expect(cluster.node("n1").status()).toMatchObject({
      life: { type: "running" },
      incarnation: 3,
      restarts: 2,
    });
    expect(await cluster.propose("ahoy")).toEqual({ type: "ok", value: "ahoy" });
  });

  test("again and again fails the start of the cluster, with its cause", async () => {
    const stateMachine = machine("starts-late.mjs", { times: failing(100) });
    const restartIntensity = { crashes: 2, withinMs: 60_000 };
    await expect(start({ nodes: 1, stateMachine, restartIntensity })).rejects.toThrow(
      "n1 cannot start: it crashed 3 times within 60000 ms, the last time because: " +
        "the thread ended with exit code 7",
    );
  });

  test("in a running cluster is reported, and does not disturb the others", async () => {
    const times = failing(0);
    const stateMachine = machine("starts-late.mjs", { times });
    const cluster = await start<string, string>({
      stateMachine,
      restartIntensity: { crashes: 1, withinMs: 60_000 },
    });
    const node = cluster.node("n3");
    await node.stop();
    for (const name of ["1", "2"]) writeFileSync(join(times, name), "");
    const failed = nextEvent(cluster, "failed");
    await expect(node.start()).rejects.toThrow("n3 cannot start: it crashed 2 times");
    expect(await failed).toMatchObject({ node: "n3", incarnation: 3 });
    expect(await cluster.propose("ahoy")).toEqual({ type: "ok", value: "ahoy" });

    await node.start();
    await cluster.converged();
    expect(node.status()).toMatchObject({ life: { type: "running" }, incarnation: 4 });
  });
});
