import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { openHostsEngine } from "@kontiki/nats";
import {
  loadScenario,
  planOf,
  runOnWorkers,
  type OpenClusters,
  type RunResult,
  type StartCluster,
} from "@kontiki/testing";
import { expect, onTestFinished, test } from "vitest";
import { Kontiki, temporaryDirectory } from "../../cli/support/kontiki.ts";
import { natsServerProgram } from "../support/nats-server.ts";

/** Long enough for a machine that has much else to do: a run that is well ends early. */
const COMMON = `
settle: 60s
workload: { clients: 3, perSecond: 60, keys: 2, mix: { append: 1, get: 1 }, timeout: 5s }
`;

const DEFECT = new URL("../support/unsynced.mjs", import.meta.url).href;

/** Sets a variable of the environment until the end of the test. */
function withVariable(name: string, value: string): void {
  const { [name]: before } = process.env;
  process.env[name] = value;
  onTestFinished(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  });
}

/** The server of this machine is in the PATH, and temporary files are in the folder that is returned. */
function surroundings(): string {
  const folder = temporaryDirectory();
  withVariable("TMPDIR", folder);
  const { PATH = "" } = process.env;
  withVariable("PATH", [PATH, dirname(natsServerProgram())].join(delimiter));
  return folder;
}

/** Uses the engine. Afterwards nothing of it is left. */
async function withEngine<T>(use: (start: StartCluster) => Promise<T>): Promise<T> {
  const folder = surroundings();
  const engine = await openHostsEngine();
  let result: T;
  try {
    const { default: open } = (await import(engine.clusters.module)) as { default: OpenClusters };
    result = await use(open(engine.clusters.options));
  } finally {
    await engine.close();
  }
  expect(readdirSync(folder)).toEqual([]);
  return result;
}

/** Runs scenarios on hosts, one after another. */
async function results(...scenarios: readonly string[]): Promise<readonly RunResult[]> {
  const file = join(temporaryDirectory(), "scenario.yaml");
  return withEngine(async (start) => {
    const found: RunResult[] = [];
    for (const scenario of scenarios) {
      writeFileSync(file, `about: One fault.${COMMON}${scenario}`);
      found.push(await runOnWorkers(planOf(await loadScenario(file), 1), { start }));
    }
    return found;
  });
}

test("a process is killed and restarted, stopped for a time, and cut off, and the history is linearizable", async () => {
  const runs = await results(
    `
nodes: 3
duration: 1500ms
faults:
  - { at: 200ms, crash: { node: n1, down: 1ms } }
expect: { atLeast: { began.crash: 1, restarts: 1 } }`,
    `
nodes: 3
duration: 2500ms
faults:
  - { at: 100ms, for: 800ms, pause: n2 }
  - { at: 1s, for: 1400ms, partition: { shape: isolate, node: n3 } }
expect: { atLeast: { ended.pause: 1, letters.lost.partition: 1 } }`,
  );
  expect(runs.map(({ violations, doubts }) => ({ violations, doubts }))).toEqual([
    { violations: [], doubts: [] },
    { violations: [], doubts: [] },
  ]);
}, 180_000);

test("members come, lose their disks and leave, each with a process of its own", async () => {
  await withEngine(async (start) => {
    const cluster = await start({
      nodes: 1,
      checks: true,
      faults: true,
      proposalTimeoutMs: 60_000,
      network: (letter, deliver) => deliver(letter),
    });
    try {
      const patient = { timeoutMs: 60_000 };
      const command = { type: "put", key: "k", value: "1" };
      expect(await cluster.propose(command)).toEqual({ type: "ok", value: null });
      await cluster.changeMembers({ add: ["n2", "n3"] }, patient);
      // A disk is wiped only when a majority of the others is known to have everything.
      await cluster.converged(patient);
      await cluster.node("n2").wipe(patient);
      await cluster.removeNode("n1", patient);
      await cluster.converged(patient);
      const { members } = await cluster.members(patient);
      const shown = members.map(({ id, role, uid }) => `${id} ${role} ${uid}`).toSorted();
      expect(shown).toEqual(["n2 voter 3", "n3 voter 2"]);
      expect(cluster.nodeIds).toEqual(["n2", "n3"]);
      const question = { type: "get", key: "k" };
      expect(await cluster.read(question)).toEqual({ type: "ok", value: "1" });
    } finally {
      await cluster.stop();
    }
  });
}, 180_000);

test("a node that promises what it has not synced is caught when it loses power", async () => {
  withVariable("NODE_OPTIONS", `--import ${DEFECT}`);
  const [run] = await results(`
nodes: 2
duration: 400ms
faults:
  - { at: 200ms, crash: { node: n1, kept: nothing, down: 1ms } }`);
  expect(run?.verdict).toBe("violated");
  expect(run?.violations[0]?.text).toMatch(/n\d is given up: the folder of n\d is an older copy/);
}, 180_000);

/** The state of a process as Linux names it, `T` for one that is stopped; undefined when it has ended. */
function stateOf(pid: string): string | undefined {
  try {
    process.kill(Number(pid), 0);
    if (process.platform !== "linux") return "T";
    const state = /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
    // One that has ended waits for its parent to notice.
    return state === "Z" ? undefined : state;
  } catch {
    return undefined;
  }
}

/** The processes of the engine in this folder, when a server and a host run, and the host is stopped. */
async function pausedIn(folder: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = readdirSync(folder, { recursive: true, encoding: "utf8" });
      const pids = found.flatMap((path) => /pids\/(\d+)$/.exec(path)?.[1] ?? []);
      if (pids.length === 2 && pids.some((pid) => stateOf(pid) === "T")) resolve(pids);
      else setTimeout(look, 20);
    };
    look();
  });
}

test.each([
  ["SIGINT", 130],
  ["SIGKILL", null],
] as const)(
  "after %s nothing runs and no folder is left, also if a process is stopped",
  async (signal, status) => {
    const file = join(temporaryDirectory(), "scenario.yaml");
    const folder = surroundings();
    const faults = "faults: [{ at: 1ms, for: 10m, pause: n1 }]";
    writeFileSync(file, `about: One pause.${COMMON}nodes: 1\nduration: 10m\n${faults}\n`);
    const args = ["run", file, "--engine", "hosts", "--seed", "1"];
    // The cache of Node 22 and newer stays, as it serves the next program.
    const program = new Kontiki(args, { TMPDIR: folder, NODE_DISABLE_COMPILE_CACHE: "1" });
    const pids = await pausedIn(folder);
    program.process.kill(signal);
    // The last one that has its output is the guard, after it has cleaned up.
    expect((await program.exit).status).toBe(status);
    expect(readdirSync(folder)).toEqual([]);
    // A process that was killed is gone when the machine has time for it.
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (pids.every((pid) => stateOf(pid) === undefined)) resolve();
        else setTimeout(look, 20);
      };
      look();
    });
  },
  120_000,
);

test("without a server there is one line that says what to do", async () => {
  withVariable("PATH", "");
  const program = new Kontiki(["run", "pause", "--engine", "hosts", "--seed", "1"]);
  const { status, stdout, stderr } = await program.exit;
  expect({ status, stdout, stderr }).toEqual({
    status: 4,
    stdout: "",
    stderr:
      "kontiki: there is no nats-server in the PATH: install it (Debian: apt-get install nats-server), " +
      "or give --nats with the URL of a server that runs\n",
  });
});
