import { join } from "node:path";
import {
  checkLinearizable,
  checkLinearizableInSlices,
  decodeToken,
  defineScenario,
  encodeToken,
  explore,
  exploreInSlices,
  finish,
  finishInSlices,
  formatOf,
  interpretHistory,
  JobThread,
  jsonlLines,
  keyValueSpecification,
  loadScenario,
  loadScenarioParts,
  makeHistory,
  modelOf,
  models,
  parseHistory,
  parseScenario,
  parseValue,
  parsing,
  performTask,
  placements,
  forked,
  planFrom,
  planOf,
  planOfParts,
  replayPath,
  runCampaign,
  runOnWorkers,
  runPage,
  summaryOf,
  runSession,
  runToken,
  mixtureOf,
  seedCount,
  seedsOf,
  shrink,
  shrinkInSlices,
  simulate,
  simulateInSlices,
  simulateOptions,
  Simulation,
  sliceText,
  storyText,
  TaskPool,
  tellRun,
  tellRunInSlices,
  verdictPage,
  verdictReport,
  verdictText,
  verifyingOrder,
  type Session,
} from "@kontiki/testing";
import {
  toBeDeterministic,
  toBeLinearizable,
  toConverge,
  toHaveOneLeaderPerTerm,
} from "@kontiki/testing/vitest";
import {
  anyText,
  callable,
  decimal,
  FLAG,
  FOLDER,
  kind,
  record,
  SIGNAL,
  text,
  whole,
  words,
  type Kind,
} from "./support/kinds.ts";
import { refusal, wrongArgument, wrongOptions, type Refusal } from "./support/refusals.ts";

type Refusals = Record<string, readonly Refusal[]>;

const scenario = defineScenario({
  name: "short",
  nodes: 1,
  duration: "10ms",
  workload: { clients: 0 },
});
const plan = planOf(scenario, 1);
const history = makeHistory<never, never>([]);
const model = models.register;
const verdict = checkLinearizable(history, model);
const parts = { scenario };
const SEED_MAX = 2 ** 32 - 1;

const PLAN = kind("what planOf(scenario, seed) returns");
const SCENARIO = kind("what defineScenario or await loadScenario(...) returns");
const HISTORY = kind("a history, such as parseHistory or makeHistory returns");
const NO_STEP = "has no function step: give a model, such as models.register";
const VERDICT = kind("a verdict, as checkLinearizable returns it");
const MODELLED = record("{ model: ..., ... }", true);

/** A text is none of the words; anything else is no specification. */
const SPECIFICATION: Kind = {
  ...MODELLED,
  text: (shown) =>
    /^['"]/.test(shown)
      ? `is ${shown}: give one of none`
      : (MODELLED.text?.(shown) ?? `is ${shown}: give ${MODELLED.give}`),
};
const LIST = kind("a list", Array.isArray);
const GIVEN_VALUE = kind(
  "a value as in a file",
  (given) =>
    !/^(?:function|symbol)$/.test(typeof given) &&
    !/Map|Abort/.test(Object.prototype.toString.call(given)),
);
const READING = {
  failedCas: words("no-effect", "observed"),
  independent: FLAG,
  initial: GIVEN_VALUE,
  unknownReads: FLAG,
};
const isObject = (given: unknown): boolean =>
  Object.prototype.toString.call(given) === "[object Object]";
const SEED = whole(0, SEED_MAX);
const AMOUNT = decimal(0, Infinity);
const MOMENT = kind("a time in ms", (value) => Number.isFinite(value) && Number(value) >= 0);
/** A text, or its parts. */
const TEXT_PARTS = kind(
  "the text of a file, or its parts",
  (value) =>
    typeof value === "string" ||
    (typeof value === "object" && value !== null && Symbol.iterator in value),
);

const PROGRESS = callable(" that gets the progress");
const LIMITS = {
  timeMs: AMOUNT,
  memoryBytes: AMOUNT,
  usedBytes: callable(" that returns the memory in use in bytes"),
  now: callable(" that returns the time in ms"),
};
const SLICES = { signal: SIGNAL, onProgress: PROGRESS };
const MACHINE = callable(" that makes a state machine");
const SIMULATE = {
  machine: MACHINE,
  specification: SPECIFICATION,
  invariant: callable(" that looks at a machine"),
  throws: words("fail", "allow"),
  observers: kind("a list of functions that make observers", Array.isArray),
  stopAtFirst: FLAG,
};

/** What is not an object is no model; an object lacks its functions. */
const MODEL: Kind = {
  ...kind("a model, such as models.register"),
  text: (shown) =>
    /^[[{A-Z].*[\]}]$/.test(shown) && !shown.startsWith("[Function")
      ? NO_STEP
      : `is ${shown}: give a model, such as models.register`,
};

function judged(
  where: string,
  call: (history: never, model: never, verdict: never) => unknown,
): Refusal[] {
  const [h, m] = [history as never, model as never];
  return [
    ...wrongArgument(where, "history", HISTORY, (given) => call(given, m, verdict as never)),
    ...wrongArgument(where, "model", MODEL, (given) => call(h, given, verdict as never)),
    ...wrongArgument(where, "verdict", VERDICT, (given) => call(h, m, given)),
  ];
}

export const checkerRefusals: Refusals = {
  checkLinearizable: [
    ...wrongArgument("checkLinearizable", "history", HISTORY, (given) =>
      checkLinearizable(given, model),
    ),
    ...wrongArgument("checkLinearizable", "model", MODEL, (given) =>
      checkLinearizable(history, given),
    ),
    ...wrongOptions({
      where: "checkLinearizable",
      call: (options) => checkLinearizable(history as never, model, options),
      options: LIMITS,
    }),
  ],
  checkLinearizableInSlices: [
    ...wrongArgument("checkLinearizableInSlices", "history", HISTORY, (given) =>
      checkLinearizableInSlices(given, model),
    ),
    ...wrongArgument("checkLinearizableInSlices", "model", MODEL, (given) =>
      checkLinearizableInSlices(history, given),
    ),
    ...wrongOptions({
      where: "checkLinearizableInSlices",
      call: (options) => checkLinearizableInSlices(history as never, model, options),
      options: { ...LIMITS, ...SLICES },
    }),
  ],
  interpretHistory: [
    ...wrongArgument("interpretHistory", "history", HISTORY, (given) =>
      interpretHistory(given, model),
    ),
    ...wrongArgument("interpretHistory", "model", MODEL, (given) =>
      interpretHistory(history, given),
    ),
  ],
  verifyingOrder: [
    ...wrongArgument("verifyingOrder", "model", MODEL, (given) => verifyingOrder(given, [], [])),
    ...wrongArgument(
      "verifyingOrder",
      "order",
      kind("a list of operations", Array.isArray),
      (given) => verifyingOrder(model, given, []),
    ),
    ...wrongArgument(
      "verifyingOrder",
      "leftOut",
      kind("a list of operations", Array.isArray),
      (given) => verifyingOrder(model, [], given),
    ),
  ],
  makeHistory: [
    ...wrongArgument("makeHistory", "operations", LIST, (given) => makeHistory(given)),
    ...wrongOptions({
      where: "makeHistory",
      call: (options) => makeHistory([], options),
      options: {
        marks: LIST,
        unit: words("step", "ns", "us", "ms", "s"),
        clock: kind("the clock of a history"),
        reading: kind("the reading of a history", isObject),
      },
    }),
  ],
  jsonlLines: wrongArgument("jsonlLines", "history", HISTORY, (given) => jsonlLines(given)),
  parsing: [
    ...wrongArgument("parsing", "text", TEXT_PARTS, (given) => parsing(given, "edn")),
    ...wrongArgument("parsing", "format", words("jepsen", "edn", "jsonl"), (given) =>
      parsing("", given),
    ),
    ...wrongOptions({
      where: "parsing",
      call: (options) => parsing("", "edn", options),
      options: READING,
    }),
  ],
  parseHistory: [
    ...wrongArgument("parseHistory", "text", anyText("the text of a file"), (given) =>
      parseHistory(given, "edn"),
    ),
    ...wrongArgument("parseHistory", "format", words("jepsen", "edn", "jsonl"), (given) =>
      parseHistory("", given),
    ),
    ...refusal(
      "parseHistory with EDN",
      () => parseHistory("", "EDN" as never),
      "parseHistory: format is 'EDN': give one of jepsen, edn, jsonl; did you mean 'edn'?",
    ),
    ...wrongOptions({
      where: "parseHistory",
      call: (options) => parseHistory("", "edn", options),
      options: READING,
    }),
  ],
  parseValue: [
    ...wrongArgument("parseValue", "text", anyText("the text of a value"), (given) =>
      parseValue(given, "edn"),
    ),
    ...wrongArgument("parseValue", "format", words("jepsen", "edn", "jsonl"), (given) =>
      parseValue("", given),
    ),
  ],
  formatOf: wrongArgument("formatOf", "text", anyText("the text of a file"), (given) =>
    formatOf(given),
  ),
  finish: wrongArgument(
    "finish",
    "work",
    kind("work, as a function whose name ends in InSlices gives it"),
    (work) => finish(work),
  ),
  finishInSlices: [
    ...wrongArgument(
      "finishInSlices",
      "work",
      kind("work, as a function whose name ends in InSlices gives it"),
      (work) => finishInSlices(work),
    ),
    ...wrongOptions({
      where: "finishInSlices",
      call: (options) => finishInSlices(simulateInSlices(plan), options),
      options: SLICES,
    }),
  ],
  verdictPage: [
    ...judged("verdictPage", (h, m, v) => verdictPage(h, m, v, "title")),
    ...wrongArgument("verdictPage", "title", text("a title"), (title) =>
      verdictPage(history as never, model, verdict as never, title),
    ),
  ],
  verdictReport: judged("verdictReport", (h, m, v) => verdictReport(h, m, v)),
  verdictText: [
    ...judged("verdictText", (h, m, v) => verdictText(h, m, v)),
    ...wrongOptions({
      where: "verdictText",
      call: (paint) =>
        verdictText(history as never, model, verdict as never, paint ?? (null as never)),
      options: { good: callable(" that colours a text"), bad: callable(" that colours a text") },
      needed: { good: String, bad: String },
    }).filter(({ what }) => !what.includes("(")),
  ],
  placements: wrongArgument("placements", "verdict", VERDICT, (given) => placements(given)),
};

export const runRefusals: Refusals = {
  planOf: [
    ...wrongArgument("planOf", "scenario", SCENARIO, (given) => planOf(given, 1)),
    ...wrongArgument("planOf", "seed", SEED, (seed) => planOf(scenario, seed)),
    ...refusal(
      "planOf of a promise",
      () => planOf(loadScenario("figure_8") as never, 1),
      "planOf: scenario is a Promise: await it",
    ),
  ],
  planOfParts: [
    ...wrongArgument("planOfParts", "seed", SEED, (seed) => planOfParts(parts, seed)),
    ...partsRefusals("planOfParts", (given) => planOfParts(given, 1)),
  ],
  modelOf: partsRefusals("modelOf", (given) => modelOf(given)),
  simulateOptions: partsRefusals("simulateOptions", (given) => simulateOptions(given)),
  simulate: planned("simulate", simulate, SIMULATE),
  simulateInSlices: planned("simulateInSlices", simulateInSlices, SIMULATE),
  "new Simulation": planned("Simulation", (...given) => new Simulation(...given), SIMULATE),
  tellRun: planned("tellRun", tellRun, SIMULATE),
  tellRunInSlices: planned("tellRunInSlices", tellRunInSlices, SIMULATE),
  runSession: [
    ...planned("runSession", (of, options) => runSession(of, () => {}, options), {
      ...SIMULATE,
      tells: FLAG,
      finally: callable(" that gets the session at the end"),
    }),
    ...wrongArgument("runSession", "body", callable(" that gets the session"), (body) =>
      runSession(plan, body),
    ),
  ],
  loadScenario: wrongArgument(
    "loadScenario",
    "nameOrPath",
    text("the name of a scenario, or the path of a file"),
    (given) => loadScenario(given),
  ),
  loadScenarioParts: wrongArgument(
    "loadScenarioParts",
    "nameOrPath",
    text("the name of a scenario, or the path of a file"),
    (given) => loadScenarioParts(given),
  ),
  parseScenario: [
    ...wrongArgument("parseScenario", "text", anyText("the text of a scenario in YAML"), (given) =>
      parseScenario(given, "p"),
    ),
    ...wrongArgument("parseScenario", "path", text("the path of the file"), (given) =>
      parseScenario("", given),
    ),
  ],
  defineScenario: [
    ...refusal(
      "defineScenario of null",
      () => defineScenario(null as never),
      "scenario: the scenario is null: give names with values; the names are name, about, nodes, cluster, network, disk, workload, faults, nemesis, knobs, duration, settle, expect",
    ),
    ...refusal(
      "defineScenario of a list",
      () => defineScenario([] as never),
      "scenario: the scenario is a list: give names with values, such as nodes: 3",
    ),
    ...refusal(
      "defineScenario with a wrong name",
      () => defineScenario({ name: "a", node: 3 } as never),
      "scenario a: node is not known here: did you mean nodes?",
    ),
  ],
  explore: wrongOptions({
    where: "explore",
    call: (options) => explore(options),
    options: exploring(),
  }),
  exploreInSlices: wrongOptions({
    where: "exploreInSlices",
    call: (options) => exploreInSlices(options),
    options: exploring(),
  }),
  replayPath: [
    ...wrongOptions({
      where: "replayPath",
      call: (options) => replayPath(options, []),
      options: bounds(),
    }),
    ...wrongArgument(
      "replayPath",
      "actions",
      kind("the actions of a counterexample", Array.isArray),
      (given) => replayPath({}, given),
    ),
  ],
};

/** Functions of campaigns, threads and tokens. `folder` does not exist. */
export function replayRefusals(folder: string): Refusals {
  const range = { first: SEED, count: whole(0), shard: record("{ index: ..., ... }", true) };
  const first = { first: 0 };
  const pool = {
    scenarios: whole(1),
    seeds: record("{ first: ..., ... }", true),
    untilFail: FLAG,
    untilDoubt: FLAG,
    order: kind("a list of positions of scenarios", Array.isArray),
  };
  const aPool = { scenarios: 1, seeds: first, untilFail: true };
  const spec = { engine: "simulation", scenarios: [], pages: false };
  const tried = { plan, result: simulate(plan) };
  const failed = {
    plan,
    result: { ...tried.result, violations: [{ check: "c", text: "", at: 0 }] },
  };
  const token = {
    check: anyText("a string"),
    hash: anyText("a string"),
    module: text("the path of a module"),
    isOwn: FLAG,
  };
  const draw = callable(" that draws the plan of a seed");
  return {
    runOnWorkers: planned(
      "runOnWorkers",
      (of, options: object) =>
        runOnWorkers(
          of,
          isPlain(options) ? { dataDir: join(folder, "live"), ...options } : options,
        ),
      {
        dataDir: FOLDER,
        stateMachine: text("the URL of a module"),
        throws: words("fail", "allow"),
        start: callable(" that starts a cluster"),
        trace: FOLDER,
        specification: SPECIFICATION,
        countsMessages: FLAG,
        onEvent: callable(" that gets an event of the cluster, and the time of the run in ms"),
      },
    ),
    seedsOf: [
      ...wrongOptions({
        where: "seedsOf",
        call: (given) => seedsOf(given),
        options: range,
        needed: first,
        argument: "range",
      }),
      ...refusal(
        "seedsOf of a shard",
        () => seedsOf({ first: 0, count: 1, shard: { index: 3, of: 2 } }),
        "seedsOf: shard.index is 3: give a whole number from 1 to 2",
      ),
    ],
    seedCount: wrongOptions({
      where: "seedCount",
      call: (given) => seedCount(given),
      options: range,
      needed: first,
      argument: "range",
    }),
    mixtureOf: wrongArgument(
      "mixtureOf",
      "names",
      kind("a list of names", Array.isArray),
      (given) => mixtureOf(given),
    ),
    "new TaskPool": wrongOptions({
      where: "TaskPool",
      call: (given) => new TaskPool(given),
      options: pool,
      needed: aPool,
      argument: "options",
    }),
    runCampaign: wrongOptions({
      where: "runCampaign",
      call: (options) => runCampaign(options),
      options: {
        ...pool,
        jobs: whole(1, 1024),
        startJob: callable(" that starts a job"),
        guided: record("{ corpus: ..., ... }", true),
        signal: SIGNAL,
        onProgress: PROGRESS,
        onReport: callable(" that gets a report"),
      },
      needed: { ...aPool, jobs: 1, startJob: () => new JobThread(spec as never) },
      argument: "options",
    }),
    "new JobThread": wrongOptions({
      where: "JobThread",
      call: (given) => new JobThread(given),
      options: {
        engine: words("simulation", "workers", "hosts"),
        scenarios: kind("a list of paths and names", Array.isArray),
        pages: FLAG,
        keeps: FLAG,
        clusters: record("{ module: ..., ... }", true),
      },
      needed: spec,
      argument: "spec",
    }),
    performTask: [
      ...wrongOptions({
        where: "performTask",
        call: (task) => performTask(task, [], () => 0),
        options: {
          number: whole(0),
          scenario: whole(0),
          seed: SEED,
          changes: kind("a list of the numbers of changes", Array.isArray),
        },
        needed: { number: 0, scenario: 0, seed: 1 },
        argument: "task",
      }),
      ...wrongArgument("performTask", "now", callable(" that returns the time in ms"), (now) =>
        performTask({ number: 0, scenario: 0, seed: 1 }, [], now),
      ),
    ],
    runPage: wrongOptions({
      where: "runPage",
      call: (given) => runPage(given),
      options: {
        title: text("a title"),
        result: kind("the result of a run"),
        story: kind("the lines of a story", Array.isArray),
        slice: kind("the slice of a story"),
        sometimes: kind("a list of situations", Array.isArray),
        summary: kind("what summaryOf returns"),
        model: MODEL,
      },
      needed: { title: "t", result: tried.result, story: [] },
      argument: "parts",
    }),
    summaryOf: [
      ...wrongArgument("summaryOf", "result", kind("the result of a run"), (given) =>
        summaryOf(given),
      ),
      ...wrongOptions({
        where: "summaryOf",
        call: (options) => summaryOf(tried.result, options),
        options: { windows: whole(1, 1000), unavailableAfterMs: AMOUNT },
        needed: {},
      }),
    ],
    shrink: shrinking("shrink", (of, check, run) => shrink(of, check, run), failed),
    shrinkInSlices: shrinking(
      "shrinkInSlices",
      (of, check, run) => shrinkInSlices(of, check, run),
      failed,
    ),
    runToken: [
      ...wrongArgument("runToken", "plan", PLAN, (given) =>
        runToken(given, { check: "c", hash: "h" }, planOf),
      ),
      ...wrongOptions({
        where: "runToken",
        call: (given) => runToken(plan, given, planOf),
        options: token,
        needed: { check: "c", hash: "h" },
        argument: "failed",
      }),
      ...wrongArgument("runToken", "draw", draw, (given) =>
        runToken(plan, { check: "c", hash: "h" }, given),
      ),
    ],
    forked: [
      ...wrongArgument("forked", "plan", PLAN, (given) => forked(given, { at: 0, changes: [] })),
      ...wrongOptions({
        where: "forked",
        call: (given) => forked(plan, given),
        options: { at: MOMENT, changes: kind("a list of changes", Array.isArray) },
        needed: { at: 0, changes: [] },
        argument: "fork",
      }),
    ],
    planFrom: [
      ...wrongArgument(
        "planFrom",
        "recipe",
        kind("the recipe of a token, as decodeToken returns it"),
        (given) => planFrom(given, planOf),
      ),
      ...wrongArgument("planFrom", "draw", draw, (given) =>
        planFrom({ from: "plan", plan }, given),
      ),
    ],
    encodeToken: wrongArgument("encodeToken", "token", kind("the content of a token"), (given) =>
      encodeToken(given),
    ),
    decodeToken: wrongArgument("decodeToken", "word", anyText("a token, such as k1-..."), (word) =>
      decodeToken(word),
    ),
    sliceText: wrongArgument("sliceText", "slice", kind("the slice of a story"), (slice) =>
      sliceText(slice),
    ),
    storyText: [
      ...wrongArgument("storyText", "lines", kind("the lines of a story", Array.isArray), (lines) =>
        storyText(lines),
      ),
      ...wrongOptions({
        where: "storyText",
        call: (options) => storyText([], options),
        options: { width: AMOUNT },
      }),
    ],
  };
}

export const matcherRefusals: Refusals = {
  toBeLinearizable: [
    ...wrongArgument(
      "toBeLinearizable",
      "the value",
      kind("a history, or the result of a run"),
      (told) => toBeLinearizable(told),
    ),
    ...wrongArgument("toBeLinearizable", "model", MODEL, (given) =>
      toBeLinearizable(history, given),
    ),
    ...wrongOptions({
      where: "toBeLinearizable",
      call: (options) => toBeLinearizable(history, models.register, options),
      options: { initial: GIVEN_VALUE, unknownReads: FLAG },
    }),
  ],
  toConverge: wrongArgument("toConverge", "the value", kind("the result of a run"), (told) =>
    toConverge(told),
  ),
  toHaveOneLeaderPerTerm: wrongArgument(
    "toHaveOneLeaderPerTerm",
    "the value",
    kind("the result of a run"),
    (told) => toHaveOneLeaderPerTerm(told),
  ),
  toBeDeterministic: refusal(
    "toBeDeterministic of a number",
    () => toBeDeterministic(5 as never),
    "TypeError: toBeDeterministic was given 5: give a plan, a scenario, or a function that returns the result of a run",
  ),
};

/** Calls of a session. */
export function sessionRefusals(sim: () => Session): Refusals {
  const time: Kind = {
    ...kind(
      "a time from 0ms to 24h, such as 250ms, 1.5s or 2m",
      (value) => (typeof value === "number" && value >= 0 && value < 1e9) || value === "5000",
    ),
  };
  const wait = { timeoutMs: time };
  return {
    "Session#until": [
      ...wrongOptions({
        where: "sim.until",
        call: (options) => sim().until("it", () => true, options),
        options: wait,
      }),
      ...refusal(
        "sim.until without a function",
        () => sim().until("it", true as never),
        'sim.until: isMet is true: give what it waits for, and a function that looks, such as sim.until("a leader", () => ...)',
      ),
    ],
    "Session#elected": wrongOptions({
      where: "sim.elected",
      call: (options) => sim().elected(options),
      options: wait,
    }),
    "Session#converged": wrongOptions({
      where: "sim.converged",
      call: (options) => sim().converged(options),
      options: wait,
    }),
    "Session#crash": [
      ...wrongOptions({
        where: "sim.crash",
        call: (options) => sim().crash("n1", options),
        options: { kept: words("nothing", "torn", "some", "everything") },
      }),
      ...strangers((node) => sim().crash(node)),
    ],
    "Session#stop": strangers((node) => sim().stop(node)),
    "Session#pause": strangers((node) => sim().pause(node)),
    "Session#isolate": strangers((node) => sim().isolate(node)),
    "Session#partition": refusal(
      "sim.partition of names",
      () => sim().partition("n1" as never),
      "sim.partition: a group is 'n1': give a list of nodes",
    ),
    "Session#sleep": refusal(
      "sim.sleep",
      () => sim().sleep(null as never),
      "sleep is null: give a time from 0ms to 24h, such as 250ms, 1.5s or 2m",
    ),
    "Session#fault": refusal(
      "sim.fault",
      () => sim().fault(null as never),
      'a fault needs a type: give one such as { type: "pause", node: "n1" }',
    ),
    "Session#propose": refusal(
      "sim.propose",
      () => sim().propose(() => 1),
      "propose was given a function: give plain data",
    ),
    "Session#read": refusal(
      "sim.read",
      () => sim().read(() => 1),
      "read was given a function: give plain data",
    ),
  };
}

function strangers(call: (node: never) => unknown): Refusal[] {
  const given: [unknown, string][] = [
    ["n9", "n9"],
    ["N1", "N1"],
    [undefined, "undefined"],
    [1, "1"],
    [{}, "{}"],
  ];
  return given.map(([node, shown]) => ({
    what: `a fault of ${shown}`,
    act: () => call(node as never),
    message: `there is no node ${shown}: there are n1`,
  }));
}

function planned(
  where: string,
  call: (plan: never, options: never) => unknown,
  options: Readonly<Record<string, Kind>>,
): Refusal[] {
  return [
    ...wrongArgument(where, "plan", PLAN, (given) => call(given, {} as never)),
    ...refusal(
      `${where} of a scenario`,
      () => call(Promise.resolve(plan) as never, {} as never),
      `${where}: plan is a Promise: await it`,
    ),
    ...wrongOptions({ where, call: (given) => call(plan as never, given), options }),
  ];
}

function shrinking(
  where: string,
  call: (failed: never, check: never, run: never) => unknown,
  failed: object,
): Refusal[] {
  const run = (() => ({})) as never;
  return [
    ...wrongOptions({
      where,
      call: (given) => call(given, "c" as never, run),
      options: { plan: PLAN, result: kind("the result of its run") },
      needed: failed as Record<string, unknown>,
      argument: "failed",
    }),
    ...wrongArgument(where, "check", words("c"), (check) => call(failed as never, check, run)),
    ...wrongArgument(where, "run", callable(" that runs a plan"), (given) =>
      call(failed as never, "c" as never, given),
    ),
  ];
}

function partsRefusals(where: string, call: (parts: never) => unknown): Refusal[] {
  const bad = (what: string, given: unknown, message: string): Refusal[] =>
    refusal(`${where} with ${what}`, () => call(given as never), `${where}: ${message}`);
  return [
    ...bad("null", null, "parts is null: give an object such as { scenario: ..., ... }"),
    ...bad("a promise", Promise.resolve(parts), "parts is a Promise: await it"),
    ...bad(
      "a name",
      { ...parts, command: 1 },
      "parts.command is not an option: did you mean commands?",
    ),
    ...bad(
      "no scenario",
      {},
      "parts.scenario is undefined: give what defineScenario or await loadScenario(...) returns",
    ),
    ...bad(
      "a machine",
      { ...parts, machine: 5 },
      "parts.machine is 5: give a function that makes a state machine",
    ),
    ...bad(
      "commands",
      { ...parts, commands: {} },
      "parts.commands is {}: give a function that draws a command from chance",
    ),
    ...bad(
      "a model",
      { ...parts, specification: keyValueSpecification.model },
      "parts.specification.name is not an option: the options are model, callOf",
    ),
  ];
}

function bounds(): Readonly<Record<string, Kind>> {
  const count = whole(0, 63);
  return {
    nodes: whole(1, 5),
    voters: whole(1, 5),
    logs: kind("a list with the terms of each node's log", Array.isArray),
    terms: whole(1, 63),
    proposals: count,
    crashes: count,
    drops: count,
    duplicates: count,
    heartbeats: count,
    damage: whole(0, 3),
    reads: whole(0, 3),
    changes: whole(0, 3),
    transfers: whole(0, 3),
    snapshots: whole(0, 3),
    wipes: whole(0, 3),
    obituaries: whole(0, 7),
    inflight: whole(1, 16),
    asyncDisk: FLAG,
    config: record("{ noop: ..., ... }", true),
    rules: FLAG,
    step: callable(" such as step of @kontiki/core"),
  };
}

function exploring(): Readonly<Record<string, Kind>> {
  return {
    ...bounds(),
    maxStates: decimal(1, Infinity),
    memoryBytes: AMOUNT,
    stop: callable(" that returns whether to stop"),
    order: words("breadth", "depth"),
    symmetry: FLAG,
    hashes: FLAG,
  };
}

/** Whether options can be spread: then a run that is not refused writes where the test finds it. */
function isPlain(options: object | null | undefined): boolean {
  return options?.constructor === Object;
}
