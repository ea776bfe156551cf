/**
 * A machine may keep and change what it is given and what it returned, in every engine. The same odd machines run by
 * themselves, in simulation and on threads, and give the same answers.
 */
import { Cluster, type Outcome, type StateMachine } from "@kontiki/actors";
import { checkPlain } from "@kontiki/actors/node";
import { defineScenario, planOf, runSession } from "@kontiki/testing";
import { expect, onTestFinished, test } from "vitest";
import { ODD, type OddCommand, type OddName } from "./machines/odd.ts";
import { machine, nextEvent, start } from "./support/clusters.ts";

const BYTES = new Uint8Array(700);

const CLUSTER = { snapshotEntries: 4, keptEntries: 0 };

type Answers = Readonly<Record<string, readonly unknown[]>>;

/** What the script below needs of an engine. */
type Engine = {
  readonly propose: (command: OddCommand) => Promise<Outcome<unknown>>;
  readonly read: (question: OddCommand) => Promise<Outcome<unknown>>;
  /** Ends a node, performs `during`, starts the node again, and waits until all nodes agree. */
  readonly withoutOne: (during: () => Promise<void>) => Promise<void>;
};

/** One client for each machine. It uses one object for all its commands, and changes each answer. */
async function script(names: readonly OddName[], engine: Engine): Promise<Answers> {
  const clients = names.map((name) => new OddClient(name));
  const all = async (send: Engine["propose"], rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round += 1)
      await Promise.all(clients.map((client) => client.ask(send)));
  };
  await all(engine.propose, 5);
  await engine.withoutOne(() => all(engine.propose, 6));
  await all(engine.read, 3);
  await all(engine.propose, 1);
  return Object.fromEntries(clients.map(({ name, answers }) => [name, answers]));
}

class OddClient {
  readonly name: OddName;
  readonly answers: unknown[] = [];
  readonly #command: OddCommand;

  constructor(name: OddName) {
    this.name = name;
    this.#command = { to: name, add: 0, tags: ["new"], bytes: new Uint8Array(700) };
  }

  async ask(send: Engine["propose"]): Promise<void> {
    const sent = send(this.#command);
    this.#command.add += 1;
    this.#command.bytes.fill(this.#command.add);
    const outcome = await sent;
    this.answers.push(structuredClone(outcome));
    if (outcome.type === "ok") spoil(outcome.value);
  }
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
function alone(name: OddName): Promise<Answers> {
  const one = ODD[name]();
  const called = (of: (given: OddCommand) => unknown, what: string): Engine["propose"] => {
    return (given) => {
      const copy = structuredClone(given);
      try {
        const value = of(copy);
        if (value instanceof Promise) value.catch(() => undefined);
        checkPlain(value, what);
        return Promise.resolve({ type: "ok", value: structuredClone(value) });
      } catch (error) {
        return Promise.resolve({ type: "error", message: (error as Error).message });
      }
    };
  };
  return script([name], {
    propose: called((command) => one.apply(command), "result"),
    read: called((question) => one.query(question), "answer"),
    withoutOne: (during) => during(),
  });
}

const SCENARIO = defineScenario({
  name: "odd",
  duration: "60s",
  cluster: CLUSTER,
  workload: { clients: 0 },
  expect: { linearizable: false, atLeast: ["snapshots.taken", "snapshots.installed"] },
});

async function simulated(name: OddName): Promise<Answers> {
  let answers: Answers = {};
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
      const [propose, read] = [sim.propose.bind(sim), sim.read.bind(sim)];
      answers = await script([name], { propose, read, withoutOne });
    },
    { machine: ODD[name] as () => StateMachine, specification: undefined, throws: "allow" },
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

async function onThreads(names: readonly OddName[]): Promise<Answers> {
  const url = new URL(machine("odd.ts"));
  for (const name of names) url.searchParams.append("name", name);
  const cluster = await start<OddCommand, unknown>({ ...CLUSTER, stateMachine: url });
  const withoutOne: Engine["withoutOne"] = async (during) => {
    const leader = await cluster.leader();
    const node = cluster.node(cluster.nodeIds.find((id) => id !== leader) ?? "");
    await node.stop();
    await during();
    await node.start();
    await cluster.converged();
  };
  const answers = await script(names, {
    propose: (command) => cluster.propose(command),
    read: (question) => cluster.read(question),
    withoutOne,
  });
  await cluster.converged();
  const digests = await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).digest()));
  expect(new Set(digests.map(({ sha256 }) => sha256)).size).toBe(1);
  return answers;
}

/** What a machine is said to have done, when what it does is a fault. */
async function faultInSimulation(name: OddName, command: OddCommand): Promise<string | undefined> {
  const { result } = await runSession<OddCommand, unknown>(
    planOf(SCENARIO, 1),
    async (sim) => void (await sim.propose(command)),
    { machine: ODD[name] as () => StateMachine, specification: undefined },
  );
  return result.violations[0]?.text.replace(/^n\d: /, "");
}

async function faultOnThreads(name: OddName, command: OddCommand): Promise<string> {
  const url = new URL(machine("odd.ts"));
  url.searchParams.append("name", name);
  const options = { ...CLUSTER, nodes: 1, stateMachine: url, throws: "fail" } as const;
  const cluster = await Cluster.start<OddCommand, unknown>(options);
  onTestFinished(() => cluster.stop().catch(() => undefined));
  const failed = nextEvent(cluster, "failed");
  await Promise.race([cluster.propose(command), failed]);
  return (await failed).cause.replace(/^the state machine: /, "");
}

test("an answer that is no plain data is a fault, unless errors are allowed, in both engines", async () => {
  const command: OddCommand = { to: "answersAnything", add: 6, tags: ["new"], bytes: BYTES };
  const text =
    /^apply of .*: the result is a Date, which is not plain data: use its ISO text, or its number of ms \(or set throws: "allow", and this error is the answer\)$/;
  expect(await faultInSimulation("answersAnything", command)).toMatch(text);
  expect(await faultOnThreads("answersAnything", command)).toMatch(text);
});

const NAMES = Object.keys(ODD) as OddName[];

test.each(NAMES)("in simulation: %s", async (name) => {
  expect(await simulated(name)).toEqual(await alone(name));
});

test.each([
  ["whole snapshots", NAMES.filter((name) => name !== "reusesParts")],
  ["snapshots in parts", ["reusesParts"] as const],
])("on threads, with %s", async (_, names) => {
  const answers = await Promise.all(names.map(alone));
  expect(await onThreads(names)).toEqual(Object.assign({}, ...answers));
});
