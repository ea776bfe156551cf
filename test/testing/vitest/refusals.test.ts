import type { StateMachine } from "@kontiki/actors/node";
import {
  defineScenario,
  encodeToken,
  keyValueSpecification,
  loadScenario,
  planOf,
} from "@kontiki/testing";
import { expect, test, type SessionBody, type SimOptions } from "@kontiki/testing/vitest";
import { describe, onTestFinished, vi } from "vitest";
import { runSim } from "../../../packages/testing/src/vitest/run-sim.ts";

class Nothing implements StateMachine {
  apply(): unknown {
    return null;
  }
  snapshot(): unknown {
    return null;
  }
  restore(): void {}
}

const SHARED = new Nothing();

const QUIET = { duration: "300ms", settle: "5s", pages: false, seeds: 1 } as const;

/** The error of a test with these options, which a user without types may write. */
async function errorOf(
  options: object,
  body?: SessionBody,
  more: readonly unknown[] = [],
): Promise<string> {
  const place = { file: "a.test.ts", fullName: "x" };
  try {
    await runSim({ name: "x", place, options: options as SimOptions, body, more });
  } catch (error) {
    return (error as Error).message;
  }
  return "(it passed)";
}

test.each([
  [{ seeds: 0 }, "seeds is 0: give a whole number from 1 to 4294967295"],
  [{ seeds: -1 }, "seeds is -1: give a whole number from 1 to 4294967295"],
  [{ seeds: NaN }, "seeds is NaN: give a whole number from 1 to 4294967295"],
  [{ seeds: 1.5 }, "seeds is 1.5: give a whole number from 1 to 4294967295"],
  [{ seed: -1 }, "seed is -1: give a whole number from 0 to 4294967295"],
  [{ seed: 2 ** 32 }, "seed is 4294967296: give a whole number from 0 to 4294967295"],
  [{ timeoutMs: "1s" }, "timeoutMs is '1s': give a whole number from 1 to 86400000"],
  [{ shrinkMs: "1s" }, "shrinkMs is '1s': give a number from 0 to 86400000"],
  [{ pages: 5 }, "pages is 5: give the path of a folder, or false for no page"],
  [{ seed: 1, seeds: 5 }, "seeds is given beside seed, which is the only one that is tried"],
  [{ sead: 5 }, "sead is not known here: did you mean seed?"],
  [{ seeds: "5" }, "seeds is '5': give a whole number from 1 to 4294967295"],
  [{ seed: null }, "seed is null: give a whole number from 0 to 4294967295"],
  [{ commands: 5 }, "commands is 5: give a function that draws a command from chance"],
  [
    { machine: () => new Nothing() },
    "commands is missing: with a machine give a function that draws commands",
  ],
  [
    { specification: keyValueSpecification },
    "specification is given without a machine: give both, or neither",
  ],
  [
    { machine: () => new Nothing(), commands: () => ({ command: 1 }), specification: {} },
    'specification has no function callOf: give { model, callOf }, or "none"',
  ],
  [
    { machine: () => new Nothing(), commands: () => ({ command: 1 }), specification: { modle: 1 } },
    "specification.modle is not known here: did you mean model?",
  ],
  [{ invariant: true }, "invariant is true: give a function that looks at a machine"],
  [{ finally: 1 }, "finally is 1: give a function that gets the session at the end"],
  [{ throws: "alow" }, "throws is 'alow': give one of fail, allow; did you mean 'allow'?"],
  [
    { scenario: { nodes: 3 } },
    "scenario is not a scenario: give the result of await loadScenario(...)",
  ],
])("is refused: %o", async (options, text) => {
  expect(await errorOf(options)).toBe(`test "x": ${text}`);
});

class Settings {
  readonly seeds = 1;
  get nodes(): number {
    return 5;
  }
}

const INHERITED = "is not a plain object, and what it inherits from";

test.each([
  [new Settings(), `options ${INHERITED} its class Settings would not be read`],
  [Object.create({ seeds: 0 }), `options ${INHERITED} its prototype would not be read`],
  [
    {
      get seeds() {
        return 1;
      },
    },
    "seeds is a getter: give its value",
  ],
  [
    { cluster: Object.create({ preVote: false }) as object },
    `cluster ${INHERITED} its prototype would not be read: give its names with values`,
  ],
  [
    { expect: new (class Hopes {})() },
    `expect ${INHERITED} its class Hopes would not be read: give its names with values`,
  ],
  [
    { faults: [{ at: 1, crash: new (class Power {})() }] },
    `faults[0].crash ${INHERITED} its class Power would not be read: give its names with values`,
  ],
] as [object, string][])("what would not be read is refused: %o", async (options, text) => {
  expect(await errorOf(options)).toBe(`test "x": ${text}`);
});

test("a path with NUL is refused", async () => {
  expect(await errorOf({ pages: "a\0b" })).toBe(
    String.raw`test "x": pages is 'a\x00b': no path has the character NUL (\x00)`,
  );
});

test("a time limit in vitest's place is refused, and so is any other argument", async () => {
  expect(await errorOf({ ...QUIET }, () => undefined, [5000])).toBe(
    'test "x": it takes 3 arguments, and 5000 is one more: a time limit is the option timeoutMs',
  );
  expect(() => {
    (expect({}) as unknown as { toConverge: (given: unknown) => void }).toConverge({ within: 5 });
  }).toThrow("toConverge: it takes no argument, and { within: 5 } is one more");
});

test.each([
  [
    {
      type: "crash",
      node: "n1",
      get downMs() {
        return 5;
      },
    },
    "fault.downMs is a getter: give its value",
  ],
  [
    Object.create({ type: "pause", node: "n1" }),
    `fault ${INHERITED} its prototype would not be read: give its names with values`,
  ],
] as [object, string][])(
  "a fault with what would not be read is refused: %o",
  async (fault, text) => {
    const act: SessionBody = (sim) => void sim.fault(fault as never);
    expect(await errorOf(QUIET, act)).toMatch(text);
  },
);

test("a run in which nothing succeeded has the reason of the first operation", async () => {
  const act: SessionBody = async (sim) => {
    for (const node of sim.nodes.slice(0, 1)) sim.crash(node);
    await sim.propose({ type: "get", key: "k" });
  };
  const options = { nodes: 1, workload: { clients: 0, timeout: "50ms" }, pages: false, seeds: 1 };
  expect(await errorOf(options, act)).toMatch(
    /^seed 1 shows nothing: no operation of 1 succeeded, the first ended (unknown|definitelyNot): [^\n]+\n/,
  );
});

test("the end of a fault takes nothing", async () => {
  const act: SessionBody = async (sim) => {
    await sim.elected();
    (sim.pause("n1").end as (given: unknown) => void)(5);
  };
  expect(await errorOf(QUIET, act)).toMatch("end: it takes no argument, and 5 is one more");
});

test.each([
  [
    () => ({ snapshot() {}, restore() {} }),
    "what it returns has no function apply: a machine needs apply, snapshot, restore",
  ],
  [
    () => ({ apply() {} }),
    "what it returns has no function snapshot, restore: a machine needs apply, snapshot, restore",
  ],
  [
    () => undefined,
    "it returned undefined: let it return a machine, with apply, snapshot, restore",
  ],
  [Nothing, "it is a class: use () => new Nothing()"],
  [async () => new Nothing(), "it returns a Promise: let it return the machine itself"],
  [5, "it is not a function that makes a machine"],
  [
    () => SHARED,
    "it returned the same Nothing twice: each node needs its own, so use () => new Nothing()",
  ],
])("what makes no machine is refused: %o", async (machine, text) => {
  expect(await errorOf({ machine }, () => {})).toBe(`test "x": machine: ${text}`);
});

test.each([
  [() => 5, "5"],
  [() => ({}), "{}"],
  [() => undefined, "undefined"],
])("what draws no commands is refused: %o", async (commands, shown) => {
  expect(await errorOf({ ...QUIET, commands })).toBe(
    `x: commands gives ${shown}: give { command, read? } for each client`,
  );
});

describe("in the environment", () => {
  function stub(name: string, value: string): void {
    vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
  }

  test.each(["abc", "-1", "1e3", "4294967296", "", "1.5"])("%j is not a seed", async (seed) => {
    stub("KONTIKI_SEED", seed);
    expect(await errorOf(QUIET)).toBe(
      `KONTIKI_SEED is ${JSON.stringify(seed)}: give a whole number from 0 to 4294967295`,
    );
  });

  test("a given seed is the only one that runs", async () => {
    stub("KONTIKI_SEED", "4294967295");
    let runs = 0;
    expect(await errorOf({ ...QUIET, seeds: 5 }, () => void (runs += 1))).toBe("(it passed)");
    expect(runs).toBe(1);
  });

  test("a token of another scenario is rejected", async () => {
    const plan = planOf(defineScenario({ name: "other", duration: "100ms" }), 1);
    const recipe = { from: "plan", plan } as const;
    stub(
      "KONTIKI_TOKEN",
      encodeToken({ type: "run", check: "c", hash: "h", module: undefined, recipe }),
    );
    expect(await errorOf(QUIET)).toBe(
      "the token is from the scenario other, but this test is x: run the test that printed it",
    );
  });
});

describe("the time limit", () => {
  test("ends a run, and the error reports where", async () => {
    const options = { seeds: 3, duration: "1h", timeoutMs: 1000, pages: false };
    expect(await errorOf(options)).toMatch(
      /^1000 ms of real time ran out at seed 1 \(1 of 3\), [1-9]\d* ms of virtual time in, of 3600000 and up to 20000 to settle: give fewer seeds/,
    );
    expect(await errorOf(options, (sim) => sim.sleep(3_000_000))).toMatch(
      /^1000 ms of real time ran out at seed 1 \(1 of 3\), /,
    );
  });

  test("ends the test between seeds or within a seed", async () => {
    expect(await errorOf({ ...QUIET, seeds: 100_000, timeoutMs: 300 })).toMatch(
      /^300 ms of real time ran out (?:at|before) seed \d+ \(\d+ of 100000\)/,
    );
  });
});

describe("a value that a scenario function throws", () => {
  test.each([
    ["a string", "the scenario function threw 'a string', which is not an Error"],
    [undefined, "the scenario function threw undefined, which is not an Error"],
    [{ a: 1 }, "the scenario function threw { a: 1 }, which is not an Error"],
    [new RangeError(""), ""],
  ])("is reported: %o", async (thrown, text) => {
    const said = await errorOf({ ...QUIET, shrinkMs: 0 }, () => Promise.reject(thrown));
    expect(said.split("\n\n")[0]).toBe(text);
  });
});

test("shrinking that runs out of time is reported", async () => {
  const said = await errorOf({ ...QUIET, shrinkMs: 0 }, () => expect.fail("no"));
  expect(said).toContain("(0 runs) when time ran out: a larger shrinkMs may shrink it further.");
});

test("a failure that does not repeat keeps its message and shows no other run", async () => {
  let runs = 0;
  const said = await errorOf(QUIET, () => {
    runs += 1;
    if (runs === 1) throw new Error("only once");
  });
  expect(said).toMatch(/^only once\n\nSeed 1, not shrunk: 3 nodes, /);
  expect(said).toContain("A second run of the same seed did not fail");
  expect(said).toMatch(/\n\nreplay: KONTIKI_SEED=1 [^\n]*$/);
});

test.sim("a loaded scenario", { scenario: await loadScenario("figure_8"), seeds: 2 });
test.sim(
  "a scenario of defineScenario, and a function",
  { scenario: defineScenario({ name: "defined", nodes: 1, workload: { clients: 0 } }), seeds: 1 },
  async (sim) => {
    await sim.elected();
    expect(sim.nodes).toEqual(["n1"]);
  },
);

test("a loaded scenario accepts no further options", async () => {
  const scenario = await loadScenario("figure_8");
  expect(await errorOf({ scenario, nodes: 5 })).toBe(
    'test "x": nodes is given beside a scenario, which already defines it',
  );
});

test.each([-1, 1.5, NaN, 2 ** 32])("planOf rejects the seed %d", (seed) => {
  expect(() => planOf(defineScenario({ name: "x" }), seed)).toThrow(
    `planOf: seed is ${seed}: give a whole number from 0 to 4294967295`,
  );
});
