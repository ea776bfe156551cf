import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { Cluster, StateMachineError, type ClusterOptions } from "@kontiki/actors";
import { defineScenario, planOfParts, runOnWorkers, type RunResult } from "@kontiki/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { machine, nextEvent, PATIENT, record, temporaryFolder } from "./support/clusters.ts";

/** A cluster whose machine is `forgetful.mjs`, told how to be wrong. It is stopped when the test ends. */
async function startForgetful(
  how: string | undefined,
  options: ClusterOptions = {},
): Promise<Cluster<number, unknown>> {
  const cluster = await Cluster.start<number, unknown>({
    electionTimeoutMs: 150,
    heartbeatMs: 25,
    stateMachine: machine("forgetful.mjs", how === undefined ? {} : { [how]: "" }),
    ...options,
  });
  onTestFinished(() => cluster.stop().catch(() => undefined));
  return cluster;
}

const errorOf = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => "(none)",
    (error: unknown) => error,
  );

const LOSES = "your snapshot loses something: a fresh machine that";

describe("a node whose snapshot loses something fails with the reason", () => {
  test.each([
    ["restores", `${LOSES} restores it gives another snapshot: .sum: 1 became 0`],
    [
      undefined,
      `${LOSES} restored it answers apply of 2, 1 command later, with [3,1] instead of [3,2]`,
    ],
  ])("%s", async (how, text) => {
    const cluster = await startForgetful(how, { nodes: 1, snapshotEntries: 2 });
    const failed = nextEvent(cluster, "failed");
    await cluster.propose(1, PATIENT);
    await Promise.race([cluster.propose(2, PATIENT), failed]);
    expect(await failed).toMatchObject({ node: "n1", cause: `the state machine: ${text}` });
    const message = `the state machine: n1: ${text}`;
    const found = [await errorOf(cluster.converged()), await errorOf(cluster.stop())];
    expect(found).toEqual([new StateMachineError(message), new StateMachineError(message)]);
  });

  test("unless the checks are off", async () => {
    const cluster = await startForgetful("restores", {
      nodes: 1,
      snapshotEntries: 2,
      checks: false,
    });
    for (const number of [1, 2, 3]) await cluster.propose(number, PATIENT);
    await cluster.converged();
    await cluster.stop();
  });
});

describe("nodes whose states differ", () => {
  const DIFFER =
    /^the state machine: n\d and n\d have applied the same entries, up to \d+, and their states differ: \w{12} and \w{12}$/;

  test("do not converge", async () => {
    const cluster = await startForgetful("counts", { nodes: 2 });
    const events = record(cluster);
    await cluster.propose(1, PATIENT);
    const error = await errorOf(cluster.converged());
    expect(error).toBeInstanceOf(StateMachineError);
    expect((error as Error).message).toMatch(DIFFER);
    expect(events.filter(({ type }) => type === "diverged")).toMatchObject([
      {
        nodes: [{ sha256: expect.any(String) as string }, { sha256: expect.any(String) as string }],
      },
    ]);
  });

  test("are found after a restart, and at the end", async () => {
    const cluster = await startForgetful("counts", { nodes: 2 });
    await cluster.propose(1, PATIENT);
    const diverged = nextEvent(cluster, "diverged");
    await cluster.node(await cluster.leader(PATIENT)).crash();
    await diverged;
    expect(((await errorOf(cluster.stop())) as Error).message).toMatch(DIFFER);
  });

  test("are found at the end", async () => {
    const cluster = await startForgetful("counts", { nodes: 2 });
    await cluster.propose(1, PATIENT);
    await cluster.propose(2, PATIENT);
    await expect(cluster.stop()).rejects.toThrow(DIFFER);
  });
});

test("a node whose machine throws a TypeError fails if that is asked for", async () => {
  const cluster = await startForgetful("throws", { nodes: 1, throws: "fail" });
  const failed = nextEvent(cluster, "failed");
  void cluster.propose(3);
  expect((await failed).cause).toMatch(
    /^the state machine: apply of 3 threw TypeError: no threes \(/,
  );
});

describe("a run on threads", () => {
  const commands = (): { command: unknown } => ({ command: 3 });
  const scenarioWith = (timeout: string, duration: string) =>
    defineScenario({
      name: "forgetful",
      duration,
      settle: "5s",
      cluster: { snapshotEntries: 5 },
      workload: { clients: 2, perSecond: 40, timeout },
    });

  /** Runs a machine; of one that is wrong no client needs to wait long for an answer. */
  const run = (
    how: string,
    options: Parameters<typeof runOnWorkers>[1] = {},
    timeout = "500ms",
    duration = "500ms",
  ): Promise<RunResult> =>
    runOnWorkers(planOfParts({ scenario: scenarioWith(timeout, duration), commands }, 1), {
      stateMachine: machine("forgetful.mjs", { [how]: "" }),
      specification: "none",
      ...options,
    });

  test.each([
    ["restores", "state machine", /^n\d: your snapshot loses something: /],
    ["counts", "State Machine Safety", /^after entry \d+ the states differ: n\d \w{8}, n\d \w{8}$/],
    ["throws", "state machine", /^n\d: apply of 3 threw TypeError: no threes/],
  ])(
    "is violated by a machine that is wrong: %s",
    async (how, check, text) => {
      const isOfCheck = (violation: RunResult["violations"][number]): boolean =>
        violation.check === check;
      let { violations } = await run(how);
      // On a busy machine too few commands may succeed in that time for the machine to be wrong.
      if (!violations.some(isOfCheck)) ({ violations } = await run(how, {}, "20s", "10s"));
      expect(violations.find(isOfCheck)?.text).toMatch(text);
    },
    180_000,
  );

  test("needs no model, and may allow errors", async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, "right.mjs"),
      `export default () => {
        let sum = 0;
        return {
          apply(number) { sum += number; if (sum % 2 === 1) throw new Error("odd"); return sum; },
          snapshot: () => sum,
          restore: (given) => { sum = given; },
        };
      };`,
    );
    const stateMachine = new URL(`file://${folder}/right.mjs`).href;
    const options = { stateMachine, throws: "allow" } as const;
    const { verdict, violations, doubts } = await run("", options, "20s");
    expect({ verdict, violations, doubts }).toEqual({
      verdict: "valid",
      violations: [],
      doubts: [],
    });
  });
});
