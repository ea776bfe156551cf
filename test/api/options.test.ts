import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster } from "@kontiki/actors";
import { makeConfig, nodeId } from "@kontiki/core";
import { defineScenario, planOf, runSession, type Session } from "@kontiki/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  clusterRefusals,
  nodeRefusals,
  runningRefusals,
  storageRefusals,
} from "./actors-refusals.ts";
import { NO_OPTIONS } from "./no-options.ts";
import { actorRefusals } from "./runtime-refusals.ts";
import { publicFunctions, type EntryPoint } from "./support/public-functions.ts";
import { errorOf, refusal, type Refusal } from "./support/refusals.ts";
import {
  checkerRefusals,
  matcherRefusals,
  replayRefusals,
  runRefusals,
  sessionRefusals,
} from "./testing-refusals.ts";

/** A folder that stays empty, and one in it that is never made. */
const folder = mkdtempSync(join(tmpdir(), "kontiki-options-"));
const none = join(folder, "none");

let cluster: Cluster;
let sim: Session;

/** The threads of this process, which may have some of other tests. */
function threads(): number {
  return (process.report.getReport() as unknown as { workers: unknown[] }).workers.length;
}

let threadsBefore = 0;

beforeAll(async () => {
  cluster = await Cluster.start({ nodes: 1 });
  await cluster.leader();
  threadsBefore = threads();
  const scenario = defineScenario({
    name: "s",
    nodes: 1,
    duration: "10ms",
    workload: { clients: 0 },
  });
  await runSession(planOf(scenario, 1), (session) => void (sim = session));
});

afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

const CONFIG = { id: nodeId("a"), voters: [nodeId("a")] };

function config(fields: object | null, message: string): Refusal[] {
  const given = fields === null ? fields : { ...CONFIG, ...fields };
  return refusal("makeConfig", () => makeConfig(given as never), message);
}

const CORE = {
  makeConfig: [
    ...config(null, "fields: an object with id and voters"),
    ...config(
      { nope: 1 },
      "nope: no such field; there are id, voters, uid, noop, preVote, fetch, quorumBeats, leases, maxAppendBytes, maxInflight, maxInflightBytes, maxUncommittedBytes, keptEntries",
    ),
    ...config({ id: "A" }, "id: the name of a server"),
    ...config({ voters: "abc" }, "voters: a list of names of servers"),
    ...config({ voters: [] }, "voters: a cluster has at least one server"),
    ...config({ preVote: 1 }, "preVote: true or false"),
    ...config({ leases: null }, "leases: true or false"),
    ...config({ maxInflight: "16" }, "maxInflight: 1 or more"),
    ...config({ keptEntries: Infinity }, "keptEntries: 0 or more"),
  ],
};

const TABLES = {
  "@kontiki/core": CORE,
  "@kontiki/actors": {
    ...clusterRefusals(folder),
    ...runningRefusals(
      () => cluster,
      () => cluster.node("n1"),
    ),
    ...storageRefusals(none),
  },
  "@kontiki/actors/runtime": actorRefusals,
  "@kontiki/actors/node": nodeRefusals(),
  "@kontiki/actors/threads": {},
  "@kontiki/testing": {
    ...checkerRefusals,
    ...runRefusals,
    ...replayRefusals(folder),
    ...sessionRefusals(() => sim),
  },
  "@kontiki/testing/vitest": matcherRefusals,
  "@kontiki/cli": {},
} satisfies Record<string, Readonly<Record<string, readonly Refusal[]>>>;

const FILLED = Object.entries(TABLES).filter(([, table]) => Object.keys(table).length > 0);

describe.each(FILLED)("%s refuses at once, in one line", (_entry, table) => {
  for (const [name, refusals] of Object.entries(table)) {
    test(name, async () => {
      const errors = [];
      for (const { what, act } of refusals) errors.push([what, messageOf(await errorOf(act))]);
      expect(errors).toEqual(refusals.map(({ what, message }) => [what, message]));
    });
  }
});

const PUBLIC = publicFunctions("Cluster", "NodeHandle", "Session");

/** Methods that take any number of arguments. */
const LISTS = ["Session#partition"];

describe("an argument too many is refused by", () => {
  const targets: Readonly<Record<string, () => object>> = {
    "Cluster.": () => Cluster,
    "Cluster#": () => cluster,
    "NodeHandle#": () => cluster.node("n1"),
    "Session#": () => sim,
  };
  const methods = Object.entries(PUBLIC.methods).map(([name, most]) => {
    const [, owner = "", method = ""] = /^(\w+[.#])(\w+)$/.exec(name) ?? [];
    return { name, most, owner, method };
  });

  test.each(methods.filter(({ most }) => most !== null))(
    "$name, which takes $most",
    async ({ most, owner, method }) => {
      const target = targets[owner]?.() ?? {};
      const given = Array.from({ length: most ?? 0 }, () => undefined);
      const error = await errorOf(() =>
        Reflect.apply(Reflect.get(target, method) as () => unknown, target, [...given, { a: 1 }]),
      );
      const shown = owner === "Session#" ? `sim.${method}` : `${owner.replace("#", ".")}${method}`;
      const takes = most === 0 ? "no argument" : most === 1 ? "one argument" : `${most} arguments`;
      expect(messageOf(error)).toBe(`${shown}: it takes ${takes}, and { a: 1 } is one more`);
    },
  );

  test("all methods, except those that take a list", () => {
    expect(methods.filter(({ most }) => most === null).map(({ name }) => name)).toEqual(LISTS);
    expect(methods.length).toBeGreaterThan(35);
  });
});

test("an undefined argument too many counts as left out", async () => {
  await expect((cluster.leader as (...given: unknown[]) => unknown)({}, undefined)).resolves.toBe(
    "n1",
  );
});

test.each([
  ["Cluster.propose", () => cluster, "propose", "command"],
  ["Cluster.read", () => cluster, "read", "question"],
  ["sim.propose", () => sim, "propose", "command"],
  ["sim.read", () => sim, "read", "question"],
])("%s needs its argument to be written", async (where, target, method, name) => {
  const act = (): unknown =>
    Reflect.apply(Reflect.get(target(), method) as () => unknown, target(), []);
  expect(messageOf(await errorOf(act))).toBe(`${where}: give a ${name}`);
});

test("after all that nothing was written and no thread was started", () => {
  expect({
    files: readdirSync(folder),
    isMade: existsSync("none"),
    threads: threads(),
  }).toEqual({
    files: [],
    isMade: false,
    threads: threadsBefore,
  });
});

test("every public function that takes something is in a table, or in the list of those without options", () => {
  const all = Object.values(TABLES).flatMap((table) => Object.keys(table));
  for (const [entry, functions] of Object.entries(PUBLIC.functions)) {
    const others = NO_OPTIONS[entry as EntryPoint].flatMap(({ names }) => names);
    const known = [...Object.keys(TABLES[entry as EntryPoint]), ...others];
    const unchecked = functions.filter((name) => !known.includes(name) && !all.includes(name));
    const elsewhere = known.filter((name) => !functions.includes(name));
    expect({ entry, unchecked, elsewhere }).toEqual({ entry, unchecked: [], elsewhere: [] });
  }
});

/** The message of an error that a person can fix; others with their names. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return "it threw no error";
  const isOurs = OURS.includes(error.name);
  return isOurs ? error.message : `${error.name}: ${error.message}`;
}

const OURS = ["KontikiError", "ScenarioError", "SessionError", "AssertionError"];
