import {
  defineScenario,
  planOf,
  runSession,
  simulate,
  storyText,
  type Plan,
  type SessionBody,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";

const SCENARIO = defineScenario({ name: "session", duration: "20s", workload: { clients: 0 } });

function planned(seed: number): Plan {
  return planOf(SCENARIO, seed);
}

const put = (value: string): object => ({ type: "put", key: "k", value });
const get = { type: "get", key: "k" };

/** The leader crashes while clients send operations, and restarts. */
const failover: SessionBody = async (sim) => {
  const leader = await sim.elected();
  await sim.propose(put("before"));
  const crash = sim.crash(leader, { kept: "nothing" });
  const [answer] = await Promise.all([sim.propose(put("after")), sim.sleep(50)]);
  expect(answer).toEqual({ type: "ok", value: null });
  expect(sim.leader()).not.toBe(leader);
  crash.end();
  await sim.converged();
  expect(await sim.read(get)).toEqual({ type: "ok", value: "after" });
};

describe("a scenario function", () => {
  test("sends operations, causes faults and waits, in virtual time", async () => {
    const { result, thrown } = await runSession(planned(1), failover);
    expect(thrown).toBeUndefined();
    expect(result).toMatchObject({ verdict: "valid", violations: [], doubts: [] });
    expect(result.history.operations.map(({ input }) => input)).toEqual([
      { f: "put", key: "k", value: "before" },
      { f: "put", key: "k", value: "after" },
      { f: "get", key: "k", value: null },
    ]);
  });

  test("gives the same run for the same seed, with a story or without", async () => {
    const hashes = new Set<string>();
    for (const seed of [1, 2, 3, 4]) {
      const once = await runSession(planned(seed), failover);
      const again = await runSession(planned(seed), failover, { tells: true });
      expect(again.result).toEqual(once.result);
      hashes.add(once.result.hash);
    }
    expect(hashes.size).toBe(4);
  });

  test("has a story", async () => {
    const { story } = await runSession(planned(1), failover, { tells: true });
    const text = storyText(story, { width: 1000 });
    expect(text).toMatch(/c1 calls put "k" "before"[^]* goes down: [^]*all nodes agree$/);
  });

  test("is recorded as a plan that runs without the function", async () => {
    const { recorded } = await runSession(planned(1), failover);
    const { operations, faults } = recorded;
    expect(operations.map(({ id, client, command, read }) => [id, client, command, read])).toEqual([
      [0, 0, put("before"), false],
      [1, 0, put("after"), false],
      [2, 0, get, true],
    ]);
    expect(faults).toMatchObject([{ id: 0, type: "crash", kept: "nothing" }]);
    const { history, verdict } = simulate(recorded);
    expect([verdict, history.operations.length]).toEqual(["valid", 3]);
  });

  test("runs beside the faults and clients of a plan", async () => {
    const scenario = defineScenario({
      name: "around",
      duration: "5s",
      faults: [{ at: "1s", for: "1s", partition: { shape: "isolate", node: "leader" } }],
    });
    const body: SessionBody = (sim) => sim.sleep(4000);
    const { result, recorded } = await runSession(planOf(scenario, 1), body);
    expect(result.coverage).toMatchObject({ "began.partition": 1, "ended.partition": 1 });
    expect(recorded.scenario.durationMs).toBe(4000);
    expect(result.history.operations.length).toBeGreaterThan(50);
  });

  test("may use one object for all commands, and change the answers", async () => {
    const { result, recorded, thrown } = await runSession(planned(1), async (sim) => {
      await sim.elected();
      const command = { type: "put", key: "k", value: "1" };
      const first = sim.propose(command);
      command.value = "2";
      await first;
      await sim.propose(command);
      Object.assign(await sim.read(get), { value: "changed" });
    });
    expect([thrown, result.verdict]).toEqual([undefined, "valid"]);
    const values = recorded.operations.map(({ command }) => (command as { value?: string }).value);
    expect(values).toEqual(["1", "2", undefined]);
    expect(result.history.operations.at(-1)).toMatchObject({ status: "ok", output: "2" });
  });

  test("uses one client for each concurrent operation", async () => {
    const { result } = await runSession(planned(1), async (sim) => {
      await sim.elected();
      await Promise.all([sim.propose(put("1")), sim.propose(put("2"))]);
      await sim.propose(put("3"));
    });
    const clients = result.history.operations.map(({ process }) => process);
    expect([new Set(clients).size, clients[0]]).toEqual([2, clients[2]]);
  });
});

describe("a scenario function that fails", () => {
  const thrownBy = async (body: SessionBody): Promise<unknown> =>
    (await runSession(planned(1), body)).thrown?.error;

  test("reports its own error, and the run continues to its end", async () => {
    const error = new Error("no");
    const run = await runSession(planned(1), async (sim) => {
      await sim.elected();
      throw error;
    });
    expect(run.thrown).toEqual({ error, by: "function" });
    expect(run.result.verdict).toBe("valid");
  });

  test.each([
    [
      "waits for real time",
      () => new Promise<void>((resolve) => setTimeout(resolve, 1)),
      "the scenario awaits something outside its simulation: await only what sim returns, because anything else makes runs differ",
    ],
    [
      "waits for real time that is over before the next event",
      () => {
        const timer = new Promise<void>((resolve) => setTimeout(resolve, 1));
        const end = performance.now() + 5;
        while (performance.now() < end);
        return timer;
      },
      "the scenario awaits something outside its simulation: await only what sim returns, because anything else makes runs differ",
    ],
    [
      "takes too long",
      (sim) => sim.sleep(20_001),
      "the scenario has not ended after 20000 ms of the run: await less, or give it a longer duration",
    ],
    [
      "waits for what does not come",
      (sim) => sim.until("the moon", () => false, { timeoutMs: 500 }),
      "the moon: not within 500 ms, at 500 ms of the run",
    ],
    [
      "asks what is no data",
      (sim) => void sim.propose(() => 1),
      "propose was given a function: give plain data",
    ],
    [
      "knows no such fault",
      (sim) => void sim.fault({ type: "cras" } as never),
      "fault.cras is not known here: did you mean crash?",
    ],
    [
      "breaks nothing",
      (sim) => void sim.fault(undefined as never),
      'a fault needs a type: give one such as { type: "pause", node: "n1" }',
    ],
    [
      "leaves out what a fault needs",
      (sim) => void sim.fault({ type: "loss" } as never),
      "fault.loss.share is missing",
    ],
    [
      "loses more than all",
      (sim) => void sim.fault({ type: "loss", share: 7 }),
      "fault.loss.share is 7: give a number from 0 to 1, or a share such as 10%",
    ],
    [
      "is late by no time",
      (sim) => void sim.fault({ type: "delay", ms: [5, 1] }),
      "fault.delay.ms is [ 5, 1 ]: give a range of times such as 1ms..5ms, or one time, from 0ms to 24h",
    ],
    [
      "keeps what cannot be kept",
      (sim) => void sim.crash("n1", { kept: "banana" as never }),
      "sim.crash: kept is 'banana': give one of nothing, torn, some, everything",
    ],
    [
      "puts a node on both sides",
      (sim) => void sim.partition(["n1", "n2"], ["n2", "n3"]),
      "n2 is named twice in a partition: a node can be on one side only",
    ],
    [
      "sleeps for no time",
      (sim) => sim.sleep(Number.NaN),
      "sleep is NaN: give a time from 0ms to 24h, such as 250ms, 1.5s or 2m",
    ],
    [
      "waits for no time",
      (sim) => sim.until("the moon", () => false, { timeoutMs: -1 }),
      "sim.until: timeoutMs is -1: give a time from 0ms to 24h, such as 250ms, 1.5s or 2m",
    ],
    [
      "waits for a promise",
      (sim) => sim.until("the moon", (async () => false) as never),
      "the moon: the condition returned a Promise: it must return a boolean",
    ],
    ["names no node", (sim) => void sim.crash("n9"), "there is no node n9: there are n1, n2, n3"],
    [
      "breaks what is broken",
      (sim) => [sim.crash("n1"), sim.crash("n1")].forEach(() => {}),
      "no crash at 0 ms: n1 does not run",
    ],
  ] satisfies [string, SessionBody, string][])("reports why: %s", async (_name, body, message) => {
    expect(await thrownBy(body)).toMatchObject({ name: "SessionError", message });
  });
});

test("the function can catch an error that a condition throws", async () => {
  const error = new Error("looked too long");
  const { thrown } = await runSession(planned(1), async (sim) => {
    await sim.until("the moon", () => {
      if (sim.now > 0) throw error;
      return false;
    });
  });
  expect(thrown).toEqual({ error, by: "function" });
});

test("a function can begin every fault of a seed, and a time may be a string", async () => {
  const drawn = planOf(
    defineScenario({ name: "drawn", duration: "60s", nemesis: { swarm: false, every: "50ms" } }),
    1,
  ).faults.map(({ id: _id, at: _at, ...action }) => action);
  const kinds = drawn.filter(
    ({ type }, at) => drawn.findIndex((other) => other.type === type) === at,
  );
  const wrong: unknown[] = [];
  const { thrown } = await runSession(planned(1), async (sim) => {
    for (const action of kinds) {
      try {
        sim.fault(action).end();
      } catch (error) {
        if (!String(error).includes(`no ${action.type} at`)) wrong.push(error);
      }
      await sim.sleep("10ms");
    }
  });
  expect([thrown, wrong]).toEqual([undefined, []]);
  expect(kinds.length).toBeGreaterThan(30);
});
