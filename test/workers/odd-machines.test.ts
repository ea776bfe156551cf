/**
 * A machine may keep and change what it is given and what it returned, in every engine. The same odd machines run by
 * themselves, in simulation and on threads, and give the same answers.
 */
import type { Outcome } from "@kontiki/actors";
import { defineScenario, planOf, runSession } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { ODD, type OddCommand } from "./machines/odd.ts";
import { machine, start } from "./support/clusters.ts";

const CLUSTER = { snapshotEntries: 4, keptEntries: 0 };

/** What the script below needs of an engine. */
type Engine = {
  readonly propose: (command: OddCommand) => Promise<Outcome<unknown>>;
  readonly read: (question: OddCommand) => Promise<Outcome<unknown>>;
  /** Ends a node, performs `during`, starts the node again, and waits until all nodes agree. */
  readonly withoutOne: (during: () => Promise<void>) => Promise<void>;
};

/** One client, which uses one object for all its commands, and changes each answer. */
async function script({ propose, read, withoutOne }: Engine): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  const command = { add: 0, tags: ["new"], bytes: new Uint8Array(700) };
  const ask = async (send: Engine["propose"]): Promise<void> => {
    const sent = send(command);
    command.add += 1;
    command.bytes.fill(command.add);
    const outcome = await sent;
    answers.push(structuredClone(outcome));
    if (outcome.type === "ok") spoil(outcome.value);
  };
  for (let round = 0; round < 5; round += 1) await ask(propose);
  await withoutOne(async () => {
    for (let round = 0; round < 6; round += 1) await ask(propose);
  });
  for (let round = 0; round < 3; round += 1) await ask(read);
  await ask(propose);
  return answers;
}

function spoil(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(13);
  else if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) spoil(part);
    if (Array.isArray(value)) value.push("spoilt");
    else Object.assign(value, { spoilt: true });
  }
}

/** The contract without an engine: every value that goes in or out is a copy. */
function alone(name: keyof typeof ODD): Promise<readonly unknown[]> {
  const one = ODD[name]();
  const call = (of: () => unknown): Promise<Outcome<unknown>> => {
    try {
      return Promise.resolve({ type: "ok", value: structuredClone(of()) });
    } catch (error) {
      return Promise.resolve({ type: "error", message: (error as Error).message });
    }
  };
  const propose: Engine["propose"] = (command) => {
    const copy = structuredClone(command);
    return call(() => one.apply(copy));
  };
  const read: Engine["read"] = (question) => {
    const copy = structuredClone(question);
    return call(() => (one.query ?? one.apply).call(one, copy));
  };
  return script({ propose, read, withoutOne: (during) => during() });
}

const SCENARIO = defineScenario({
  name: "odd",
  duration: "60s",
  cluster: CLUSTER,
  workload: { clients: 0 },
  expect: { linearizable: false, atLeast: ["snapshots.taken", "snapshots.installed"] },
});

async function simulated(name: keyof typeof ODD): Promise<readonly unknown[]> {
  let answers: readonly unknown[] = [];
  const { result, thrown } = await runSession<OddCommand, unknown>(
    planOf(SCENARIO, 1),
    async (sim) => {
      await sim.elected();
      const withoutOne: Engine["withoutOne"] = async (during) => {
        const crash = sim.crash(sim.nodes.find((node) => node !== sim.leader()) ?? "");
        await during();
        crash.end();
        await sim.converged();
      };
      const propose = sim.propose.bind(sim);
      answers = await script({ propose, read: sim.read.bind(sim), withoutOne });
    },
    { machine: ODD[name], specification: undefined },
  );
  const { verdict, violations, doubts } = result;
  expect({ thrown, verdict, violations, doubts }).toEqual({
    thrown: undefined,
    verdict: "valid",
    violations: [],
    doubts: [],
  });
  return answers;
}

async function onThreads(name: keyof typeof ODD): Promise<readonly unknown[]> {
  const stateMachine = machine("odd.ts", { name });
  const cluster = await start<OddCommand, unknown>({ ...CLUSTER, stateMachine });
  const withoutOne: Engine["withoutOne"] = async (during) => {
    const leader = await cluster.leader();
    const node = cluster.node(cluster.nodeIds.find((id) => id !== leader) ?? "");
    await node.stop();
    await during();
    await node.start();
    await cluster.converged();
  };
  const answers = await script({
    propose: (command) => cluster.propose(command),
    read: (question) => cluster.read(question),
    withoutOne,
  });
  await cluster.converged();
  const digests = await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).digest()));
  expect(new Set(digests.map(({ sha256 }) => sha256)).size).toBe(1);
  await cluster.stop();
  return answers;
}

describe("a machine that", () => {
  test.each(Object.keys(ODD) as (keyof typeof ODD)[])("%s", async (name) => {
    const answers = await alone(name);
    expect(await simulated(name)).toEqual(answers);
    expect(await onThreads(name)).toEqual(answers);
  });
});
