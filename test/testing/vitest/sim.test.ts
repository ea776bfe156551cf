import { CommandError, type StateMachine } from "@kontiki/actors/node";
import { decodeToken } from "@kontiki/testing";
import { expect, test, type SessionBody, type SimOptions } from "@kontiki/testing/vitest";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished, vi } from "vitest";
import { userPlace } from "../../../packages/testing/src/session/user-stack.ts";
import { runSim, type Annotate } from "../../../packages/testing/src/vitest/run-sim.ts";

/** Adds up numbers. */
class Tally implements StateMachine<number, number> {
  protected sum = 0;
  get total(): number {
    return this.sum;
  }
  apply(amount: number): number {
    return (this.sum += amount);
  }
  snapshot(): unknown {
    return this.sum;
  }
  restore(sum: unknown): void {
    this.sum = Number(sum);
  }
}

/** Loses its state when it restores a snapshot. */
class Forgetful extends Tally {
  override restore(): void {
    this.sum = 0;
  }
}

const BODY: SessionBody<number, number> = async (sim) => {
  await sim.elected();
  for (let at = 1; at <= 3; at += 1)
    expect(await sim.propose(1)).toEqual({ type: "ok", value: at });
};

test.sim("a scenario without a function", { seeds: 2, nemesis: "swarm", duration: "2s" });

test.sim("a scenario function with a custom machine", { machine: () => new Tally() }, BODY);

/** Refuses every command. */
const refuser = (): StateMachine => ({
  apply() {
    throw new CommandError("never");
  },
  snapshot: () => null,
  restore: () => undefined,
});

test.sim(
  "a function that expects nothing but errors shows something",
  { machine: refuser, seeds: 1 },
  async (sim) => {
    expect(await sim.propose("anything")).toEqual({ type: "error", message: "never" });
  },
);

test("drawn commands that all end as errors show nothing, beside a function as without one", async () => {
  const place = { file: "a.test.ts", fullName: "x" };
  const drawing = {
    machine: refuser,
    seeds: 1,
    specification: "none",
    commands: () => ({ command: 1 }),
    workload: { clients: 1 },
    duration: "1s",
  } as const;
  const told =
    /^seed 1 shows nothing: no operation succeeded: \d+ of \d+ ended as errors, the first: never\n/;
  await expect(runSim({ name: "x", place, options: drawing, body: undefined })).rejects.toThrow(
    told,
  );
  const idle: SessionBody = (sim) => sim.sleep("500ms");
  await expect(runSim({ name: "x", place, options: drawing, body: idle })).rejects.toThrow(told);
});

test.sim.skip("a skipped test", { seeds: 1 }, () => expect.unreachable());

const AGAIN_BY_TOKEN =
  /\nreplay: KONTIKI_TOKEN=(\S+\/it-fails-5a38d294-1\.token) npx vitest run test\/sums\.test\.ts -t '\^sums it fails\$'\n/;

const AGAIN_BY_SEED =
  "\nreplay: KONTIKI_SEED=1 npx vitest run test/sums.test.ts -t '^sums it fails$'";

describe("a failure", () => {
  async function failureOf<Command, Result, Machine = StateMachine<Command, Result>>(
    options: SimOptions<Command, Result, Machine>,
    body?: SessionBody<Command, Result>,
    name = "it fails",
  ): Promise<{ readonly text: string; readonly pages: string; readonly error?: Error }> {
    const pages = mkdtempSync(join(tmpdir(), "kontiki-pages-"));
    onTestFinished(() => rmSync(pages, { recursive: true, force: true }));
    try {
      const place = { file: "test/sums.test.ts", fullName: `sums ${name}` };
      const site = userPlace();
      const few = options.seed === undefined ? { seeds: 3 } : {};
      await runSim({ name, place, options: { pages, ...few, ...options }, body, site });
    } catch (error) {
      return { text: (error as Error).message, pages, error: error as Error };
    }
    return { text: "(it did not fail)", pages };
  }

  const forgetful: SimOptions<number, number> = {
    machine: () => new Forgetful(),
    cluster: { snapshotEntries: 5, keptEntries: 0 },
    faults: [
      { at: "300ms", for: "100ms", delay: "1ms..2ms" },
      { at: "2s", crash: "n1" },
      { at: "2.5s", crash: "n2" },
    ],
    commands: () => ({ command: 1 }),
    workload: { clients: 2, perSecond: 5 },
    duration: "3s",
  };

  test("without a function is shrunk, told as a story, and reproduced by a token", async () => {
    const { text, pages } = await failureOf(forgetful);
    expect(text).toMatch(/^snapshot: n\d: your snapshot loses something: .*: \d became 0\n/);
    expect(text).toMatch(/\nSeed 1, shrunk to 1 node, 0 faults, 1 operation \(\d+ runs\)\.\n/);
    expect(text).toMatch(
      /\n\d of \d+ lines: what the claim about n1 depends on, all are on the page\n/,
    );
    expect(text).toMatch(/\n *\d+\S* +n1 {2}L1 3\/3 {2}commits up to 3\n/);
    expect(text).toMatch(/VIOLATED snapshot/);
    const [, file = ""] = AGAIN_BY_TOKEN.exec(text) ?? [];
    const token = readFileSync(file, "utf8").trim();
    const [, page = ""] = /page: (.*)$/.exec(text) ?? [];
    expect(page).toBe(join(pages, "it-fails-5a38d294-1.html"));
    expect(readFileSync(page, "utf8")).toContain("<h2>What happened</h2>");
    expect(decodeToken(token)).toMatchObject({ type: "run", recipe: { from: "plan" } });
    vi.stubEnv("KONTIKI_TOKEN", file);
    onTestFinished(() => void vi.unstubAllEnvs());
    const again = await failureOf({ ...forgetful, faults: [], commands: () => ({ command: 9 }) });
    expect(again.text.split("\n")[0]).toBe(text.split("\n")[0]);
  });

  test("of a function is shrunk as a plan if the plan fails too", async () => {
    const options = { machine: () => new Forgetful(), cluster: { snapshotEntries: 5 } };
    const { text } = await failureOf(options, async (sim) => {
      await sim.elected();
      for (let at = 0; at < 20; at += 1) await sim.propose(1);
      for (const node of sim.nodes) {
        sim.crash(node).end();
        await sim.converged();
      }
    });
    expect(text).toMatch(/^snapshot: n\d: your snapshot loses something: /);
    expect(text).toMatch(/shrunk to 1 node, 0 faults, 1 operation /);
    expect(text).toMatch(AGAIN_BY_TOKEN);
  });

  test("that the function itself finds keeps its message, loses unnecessary faults, and names its seed", async () => {
    const faults = [{ at: 50, for: 10, loss: 0.5 }] as const;
    const { text } = await failureOf({ faults, nodes: 3 }, async (sim) => {
      await sim.elected();
      expect(await sim.propose({ type: "put", key: "k", value: "v" })).toEqual("done");
    });
    expect(text).toMatch(/^expected \{ type: 'ok', value: null \} to deeply equal 'done'/);
    expect(text).toMatch(/shrunk to 1 node, 0 faults, 1 operation/);
    expect(text).toMatch(/c1 gets the result of put "k" "v": null/);
    expect(text).toContain(AGAIN_BY_SEED);
  });

  test("with the key-value machine is reproduced on the command line", async () => {
    const options: SimOptions = {
      expect: { atMost: { elections: 0 } },
      duration: "1s",
      pages: false,
    };
    const { text } = await failureOf(options);
    expect(text).toMatch(/\nreplay: kontiki replay k1-[\w-]+$/);
  });

  test("has its page attached to the result of the test, if vitest can; else the message stays the same", async () => {
    const pages = mkdtempSync(join(tmpdir(), "kontiki-pages-"));
    onTestFinished(() => rmSync(pages, { recursive: true, force: true }));
    const place = { file: "test/sums.test.ts", fullName: "sums it fails" };
    const options: SimOptions = { expect: { atMost: { elections: 0 } }, duration: "1s", pages };
    const attached: unknown[] = [];
    const failing = async (annotate?: Annotate): Promise<string> =>
      runSim({ name: "it fails", place, options, body: undefined, annotate }).then(
        () => "it did not fail",
        (error: Error) => error.message,
      );
    const text = await failing(async (...given) => attached.push(given));
    expect(attached).toEqual([
      [
        `seed 1: ${text.split(":", 1)[0]}`,
        { path: /page: (.*)$/.exec(text)?.[1], contentType: "text/html" },
      ],
    ]);
    expect(await failing()).toBe(text);
    expect(await failing(() => Promise.reject(new Error("no disk")))).toBe(text);
  });

  test("to reach the expected coverage is not reported as a failure of the cluster", async () => {
    const { text } = await failureOf({ expect: { atLeast: { "began.wipe": 1 } }, duration: "1s" });
    expect(text).toMatch(/^seed 1 shows nothing: [^\n]+\n\n/);
    expect(text).toContain(AGAIN_BY_SEED);
  });

  test("reports that the same seed gave a different run", async () => {
    let runs = 0;
    const { text } = await failureOf({ seed: 5, shrinkMs: 0 }, async (sim) => {
      runs += 1;
      await sim.sleep(100 * runs);
      throw new Error("no");
    });
    expect(text).toContain("Seed 5, shrunk to 3 nodes");
    expect(text).toContain("A second run of the same seed was different");
  });

  /** The first line of the stack, without the path. */
  const pointsTo = (error: Error | undefined): string | undefined =>
    /\n\s+at .*?([\w-]+\.test\.ts):\d+/.exec(error?.stack ?? "")?.[1];

  test("points to the test, whatever found it", async () => {
    const violated = await failureOf({ expect: { atMost: { elections: 0 } }, duration: "1s" });
    const inTime = await failureOf({}, (sim) => sim.until("never", () => false, { timeoutMs: 9 }));
    expect(inTime.text).toMatch(/^never: not within 9 ms/);
    const late = await failureOf({ duration: "1s" }, (sim) => sim.sleep("2s"));
    expect(late.text).toMatch(/^the scenario has not ended after 1000 ms/);
    const errors = [violated, inTime, late].map(({ error }) => error);
    expect(errors.map(pointsTo)).toEqual(Array(3).fill("sim.test.ts"));
    expect(errors.map((error) => error?.stack?.split("\n")[1])).not.toContain("packages/testing");
  });

  test("of an invariant has the error of the invariant as its cause, and is shrunk as a plan", async () => {
    const { text, error } = await failureOf(
      {
        machine: () => new Tally(),
        invariant: (machine, node) => expect(machine.total, node).toBeLessThan(2),
      },
      BODY,
    );
    expect(text).toMatch(/^invariant: n\d: after entry \d, 1: n\d: expected 2 to be less than 2\n/);
    expect(text).toMatch(/shrunk to 1 node, 0 faults, 2 operations/);
    expect(text).toMatch(AGAIN_BY_TOKEN);
    expect(pointsTo(error)).toBe("sim.test.ts");
    expect(error?.cause).toMatchObject({ name: "AssertionError", expected: 2 });
  });

  test("of `finally` is shrunk as a plan", async () => {
    const options: SimOptions<number, number> = {
      machine: () => new Tally(),
      commands: () => ({ command: 1 }),
      workload: { perSecond: 5 },
      duration: "2s",
      finally: async (sim) => {
        const total = await sim.propose(0);
        if (total.type === "ok") expect(total.value).toBeLessThan(3);
      },
    };
    const { text } = await failureOf(options);
    expect(text).toMatch(/^expected \d+ to be less than 3/);
    expect(text).toMatch(/shrunk to 1 node, 0 faults, 3 operations/);
    expect(text).toMatch(AGAIN_BY_TOKEN);
  });

  test("of a snapshot is not reported for a machine without a model that keeps everything", async () => {
    const { text } = await failureOf({
      machine: () => new Tally(),
      specification: "none",
      commands: () => ({ command: 1 }),
      duration: "1s",
    });
    expect(text).toBe("(it did not fail)");
  });

  test("by faults in `finally` is refused", async () => {
    const { text } = await failureOf({
      duration: "1s",
      finally: (sim) => void sim.crash("n1"),
    });
    expect(text).toMatch(/^no crash: the faults of the run have ended\n/);
  });
});

const OF_THE_TEST = "the code of the test, or a check of the run,";

describe("an endless loop", () => {
  const spin = (): never => {
    for (;;);
  };

  /** What a test that hangs reports. A busy machine may not come to the loop in the first, short time. */
  async function textOf(
    options: SimOptions<number, number, Tally>,
    body?: SessionBody<number, number>,
  ): Promise<string> {
    for (const timeoutMs of [200, 1000]) {
      const text = await textWithin(timeoutMs, options, body);
      if (text.includes("has not returned")) return text;
    }
    return textWithin(20_000, options, body);
  }

  async function textWithin(
    timeoutMs: number,
    options: SimOptions<number, number, Tally>,
    body?: SessionBody<number, number>,
  ): Promise<string> {
    const place = { file: "a.test.ts", fullName: "x" };
    const made = { pages: false as const, seeds: 1, timeoutMs, ...options };
    try {
      await runSim({ name: "x", place, options: made, body });
    } catch (error) {
      return (error as Error).message;
    }
    return "(it passed)";
  }

  const machine = (spinning: Partial<StateMachine>) => () =>
    Object.assign(new Tally(), spinning as Partial<Tally>);
  const once: SessionBody<number, number> = async (sim) => {
    await sim.elected();
    await sim.propose(1);
    await sim.read(2);
  };

  type Case = readonly [
    string,
    SimOptions<number, number, Tally>,
    SessionBody<number, number>,
    string,
  ];

  test.each([
    ["apply", { machine: machine({ apply: spin }) }, once, "in apply of 1"],
    ["query", { machine: machine({ query: spin }) }, once, "in query of 2"],
    [
      "restore, checked with a snapshot",
      { machine: machine({ restore: spin }) },
      once,
      "in snapshot",
    ],
    ["the function", {}, spin, OF_THE_TEST],
    ["the function, later", {}, (sim) => sim.elected().then(spin), OF_THE_TEST],
    [
      "the function, in steps that take no time",
      {},
      async (sim) => {
        for (;;) await sim.sleep(0);
      },
      OF_THE_TEST,
    ],
    ["a condition", {}, (sim) => sim.until("it", () => sim.now > 1 && spin()), OF_THE_TEST],
    ["an invariant", { invariant: spin }, once, OF_THE_TEST],
    ["finally", { finally: spin }, once, OF_THE_TEST],
    ["commands", { commands: spin, workload: { clients: 1 } }, once, "commands"],
  ] as readonly Case[])(
    "in %s ends at timeoutMs, with the seed and the place",
    async (_where, options, body, place) => {
      const text = await textOf({ machine: () => new Tally(), ...options }, body);
      expect(text).toMatch(/^\d+ ms of real time ran out at seed 1\b/);
      expect(text).toContain(`${place} has not returned, as if in an endless loop\n`);
      expect(text).toContain("\nreplay: KONTIKI_SEED=1 npx vitest run a.test.ts -t '^x$'");
    },
  );

  test("after a failure was found does not keep it from being reported", async () => {
    let hasFailed = false;
    const text = await textWithin(2000, { machine: () => new Tally() }, async (sim) => {
      await sim.elected();
      if (hasFailed) spin();
      hasFailed = true;
      throw new Error("no");
    });
    expect(text).toMatch(/^no\n\nSeed 1, not shrunk: /);
    expect(text).toContain(`A second run of the same seed did not end: ${OF_THE_TEST} has not`);
  });
});
