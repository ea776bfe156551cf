import { run, type Reproduction, type TokenSubject } from "@kontiki/cli";
import { parseScenario, planOf, runToken } from "@kontiki/testing";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeEngines } from "../support/fake-engines.ts";
import { FakeHost } from "../support/fake-host.ts";
import { temporaryDirectory } from "../support/kontiki.ts";

const CHECK = "Election Safety";

const LINES = [
  { at: 0.5, node: "n1", what: "stands for term 4", nodes: { n1: "C 4", n2: "F 3" } },
  { at: 1000, node: "n3", what: "learns of term 4", nodes: { n1: "C 4", n2: "F 3" } },
  { at: 2341, node: "n2", what: "leads term 4", nodes: { n1: "L 4", n2: "L 4" } },
] as const;

const SLICE = { lines: [LINES[0], LINES[2]], of: 3, about: "n1, n2, term 4" };

const VIOLATED: Reproduction = {
  verdict: "violated",
  violations: [{ check: CHECK, text: "n1 and n2 lead term 4", at: 2341 }],
  doubts: [],
  hash: "00c0ffee",
  isDeterministic: true,
  story: LINES,
  slice: SLICE,
  sometimes: [{ name: "elections.evenHalf", text: "Half is not enough.", at: 7 }],
  page: () => "<html></html>",
};

const VALID: Reproduction = { ...VIOLATED, verdict: "valid", violations: [], hash: "0badcafe" };

function subject(came: Reproduction): TokenSubject {
  return {
    about: "figure_8, seed 17",
    check: CHECK,
    hash: "00c0ffee",
    reproduce: async () => came,
    shrinking: undefined,
  };
}

async function told(
  args: readonly string[],
  readToken?: FakeEngines["readToken"],
  engines = new FakeEngines(),
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const host = new FakeHost();
  if (readToken !== undefined) engines.readToken = readToken;
  const status = await run(
    args,
    host,
    async () => new FakeCluster(),
    async () => engines,
  );
  return { status, stdout: host.stdout.text, stderr: host.stderr.text };
}

const replayed = (came: Reproduction, ...options: readonly string[]): ReturnType<typeof told> =>
  told(["replay", "k1-abc", ...options], async () => subject(came));

describe("kontiki replay", () => {
  test("reads a token from a file", async () => {
    const file = join(temporaryDirectory(), "fails.token");
    writeFileSync(file, "k1-abc\n");
    const tokens: string[] = [];
    const { status } = await told(["replay", file], async (token) => {
      tokens.push(token);
      return subject(VIOLATED);
    });
    expect({ status, tokens }).toEqual({ status: 1, tokens: ["k1-abc"] });
  });

  test("reproduces", async () => {
    expect(await replayed(VIOLATED)).toEqual({
      status: 1,
      stdout: "figure_8, seed 17\nreproduced: Election Safety: n1 and n2 lead term 4\n",
      stderr: "",
    });
  });

  test("prints the lines that the claim depends on", async () => {
    const { stdout } = await replayed(VIOLATED, "--story");
    expect(stdout).toBe(`figure_8, seed 17
reproduced: Election Safety: n1 and n2 lead term 4

2 of 3 lines: what the claim about n1, n2, term 4 depends on (--whole shows all)
    ms      n1   n2
   0.5  n1  C 4  F 3  stands for term 4
2341.0  n2  L 4  L 4  leads term 4
`);
  });

  test("prints all lines with --whole", async () => {
    const { stdout } = await replayed(VIOLATED, "--whole");
    expect(stdout).toBe(`figure_8, seed 17
reproduced: Election Safety: n1 and n2 lead term 4

    ms      n1   n2
   0.5  n1  C 4  F 3  stands for term 4
1000.0  n3  C 4  F 3  learns of term 4
2341.0  n2  L 4  L 4  leads term 4
`);
  });

  test.each<[string, Reproduction, number, string]>([
    [
      "the same in another way",
      { ...VIOLATED, hash: "0badcafe" },
      1,
      `reproduced: Election Safety: n1 and n2 lead term 4
The check failed in another way: the code has changed since the token was made.
`,
    ],
    [
      "another run each time",
      { ...VALID, isDeterministic: false },
      0,
      `not reproduced: the token says Election Safety, this run is valid
A second run of the same plan was different: the state machine or the test uses something outside the simulation, such as time or chance.
`,
    ],
    [
      "nothing, with other code",
      VALID,
      0,
      `not reproduced: the token says Election Safety, this run is valid
The run was different: the code has changed since the token was made.
`,
    ],
    [
      "nothing, with other checks",
      { ...VALID, hash: "00c0ffee" },
      0,
      `not reproduced: the token says Election Safety, this run is valid
The run was the same: the checks have changed since the token was made.
`,
    ],
    [
      "another violation",
      {
        ...VALID,
        verdict: "violated",
        violations: [{ check: "liveness", text: "no leader", at: 9 }],
      },
      1,
      `not reproduced: the token says Election Safety, this run violated liveness: no leader
The run was different: the code has changed since the token was made.
`,
    ],
    [
      "no verdict",
      { ...VALID, verdict: "unknown", doubts: ["leaders: 0, at least 1"] },
      3,
      `not reproduced: the token says Election Safety, this run is unknown
  leaders: 0, at least 1
The run was different: the code has changed since the token was made.
`,
    ],
  ])("reports another outcome: %s", async (_title, came, status, text) => {
    const all = { status, stdout: `figure_8, seed 17\n${text}`, stderr: "" };
    expect(await replayed(came)).toEqual(all);
  });

  test.each([
    ["the same run", VALID.hash, "reproduced: nothing failed, the run is valid\n"],
    [
      "another run",
      "00c0ffee",
      `not reproduced: the token says that nothing failed, this run is valid
The run was different: the code has changed since the token was made.
`,
    ],
  ])("reports a run in which nothing failed: %s", async (_title, hash, text) => {
    const passed = { ...subject(VALID), check: "", hash };
    const { status, stdout } = await told(["replay", "k1-abc"], async () => passed);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `figure_8, seed 17\n${text}` });
  });

  test("as one JSON object", async () => {
    const { status, stdout } = await replayed(VIOLATED, "--json", "--story");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      token: "k1-abc",
      about: "figure_8, seed 17",
      expected: { check: CHECK, hash: "00c0ffee" },
      outcome: "reproduced",
      verdict: "violated",
      violations: VIOLATED.violations,
      doubts: [],
      hash: "00c0ffee",
      told: { lines: 2, of: 3, about: "n1, n2, term 4" },
      story: SLICE.lines,
      sometimes: [{ name: "elections.evenHalf", at: 7 }],
    });
  });

  test("as one JSON object with all lines", async () => {
    const { stdout } = await replayed(VIOLATED, "--json", "--whole");
    expect(JSON.parse(stdout)).toMatchObject({
      told: { lines: 3, of: 3, about: "" },
      story: LINES,
    });
  });

  test("writes a page", async () => {
    const html = join(temporaryDirectory(), "failure.html");
    await replayed(VIOLATED, "--html", html);
    expect(readFileSync(html, "utf8")).toBe("<html></html>");
  });

  test("a run that throws is an error of the tool", async () => {
    const readToken = async (): Promise<TokenSubject> => ({
      ...subject(VIOLATED),
      reproduce: () => Promise.reject(new Error("oops")),
    });
    expect(await told(["replay", "k1-abc"], readToken)).toEqual({
      status: 4,
      stdout: "",
      stderr: "kontiki: no verdict: oops\n",
    });
  });
});

describe("kontiki shrink", () => {
  const smaller: TokenSubject = { ...subject(VIOLATED), about: "figure_8, seed 17: 1 fault" };

  /** Reports three runs, then a fourth, the last. */
  const shrinking: NonNullable<TokenSubject["shrinking"]> = function* () {
    for (let runs = 1; runs <= 3; runs += 1)
      yield { runs, token: () => "k1-ab", subject: subject(VIOLATED) };
    return { runs: 4, token: () => "k1-a", subject: smaller };
  };

  const readToken = async (): Promise<TokenSubject> => ({ ...subject(VIOLATED), shrinking });

  const STORY = `reproduced: Election Safety: n1 and n2 lead term 4

2 of 3 lines: what the claim about n1, n2, term 4 depends on (--whole shows all)
    ms      n1   n2
   0.5  n1  C 4  F 3  stands for term 4
2341.0  n2  L 4  L 4  leads term 4
`;

  test("prints the rest as a story", async () => {
    expect(await told(["shrink", "k1-abc"], readToken)).toEqual({
      status: 1,
      stdout: `figure_8, seed 17: 1 fault (4 runs, nothing more can be removed)\n${STORY}\nkontiki replay k1-a\n`,
      stderr: "",
    });
  });

  test("ends by --time with the smallest so far", async () => {
    const engines = new FakeEngines();
    engines.timeIsUp();
    const { status, stdout } = await told(["shrink", "k1-abc", "--time", "1s"], readToken, engines);
    expect(status).toBe(1);
    expect(stdout).toContain("ended early)\n");
    expect(stdout).toContain("\nkontiki replay k1-abc\n");
  });

  test("as one JSON object", async () => {
    const { status, stdout } = await told(["shrink", "k1-abc", "--json"], readToken);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      token: "k1-a",
      about: "figure_8, seed 17: 1 fault",
      check: CHECK,
      runs: 4,
      isSmallest: true,
      violations: VIOLATED.violations,
      hash: "00c0ffee",
      told: { lines: 2, of: 3, about: "n1, n2, term 4" },
      story: SLICE.lines,
    });
  });

  test("prints all lines with --whole", async () => {
    const { stdout } = await told(["shrink", "k1-abc", "--whole"], readToken);
    expect(stdout).toContain("\n1000.0  n3  C 4  F 3  learns of term 4\n");
  });

  test("a failure that does not occur again is not shrunk", async () => {
    const other = async (): Promise<TokenSubject> => ({ ...subject(VALID), shrinking });
    const { status, stdout } = await told(["shrink", "k1-abc"], other);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^not reproduced: the token says Election Safety, this run is valid\n/);
  });

  test("a token that cannot shrink is bad usage", async () => {
    expect(await told(["shrink", "k1-abc"], async () => subject(VIOLATED))).toEqual({
      status: 2,
      stdout: "",
      stderr: "kontiki: nothing can be removed from this token\n",
    });
  });
});

test.each([["replay"], ["shrink"]])(
  "%s of text that is not a token is bad usage",
  async (command) => {
    expect(await told([command, "k1-abc"])).toEqual({
      status: 2,
      stdout: "",
      stderr: "kontiki: k1-abc is no token\n",
    });
  },
);

describe("Ctrl-C in the middle of a run", () => {
  const scenario = parseScenario(
    "about: Days of peace.\nduration: 24h\nworkload: { perSecond: 0 }\nexpect: { linearizable: false }\n",
    "peace.yaml",
  );
  const plan = planOf(scenario, 1);
  const token = runToken(plan, { check: CHECK, hash: "0".repeat(16) }, () => plan);

  test.each(["replay", "shrink"])(
    "ends %s at once, after progress on a terminal",
    async (command) => {
      const host = new FakeHost({ tty: true, env: { TERM: "dumb" } });
      const status = run([command, token], host, async () => new FakeCluster());
      await host.stderr.until(
        /\d \w+ of peace, seed 1: 3 nodes, 0 faults, 0 operations \.\.\. \d s/,
      );
      host.interrupt("SIGINT");
      expect(await status).toBe(130);
    },
  );
});
