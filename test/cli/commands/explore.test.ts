import { run } from "@kontiki/cli";
import { index, nodeId, step } from "@kontiki/core";
import {
  decodeToken,
  encodeToken,
  exploreInSlices,
  INSTANCES,
  type StepFunction,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeEngines } from "../support/fake-engines.ts";
import { FakeHost } from "../support/fake-host.ts";
import { exploreHelp } from "../../../packages/cli/src/commands/explore-help.ts";

const TOKEN = /k1-[\w-]+/;

async function explored(
  args: readonly string[],
  engines: FakeEngines = new FakeEngines(),
  host: FakeHost = new FakeHost(),
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const status = await run(
    ["explore", ...args],
    host,
    async () => new FakeCluster(),
    async () => engines,
  );
  const stdout = host.stdout.text.replace(/, \d+ MiB$/m, ", 0 MiB");
  if (!args.includes("--json"))
    return { status, stdout: stdout.replace(TOKEN, "TOKEN"), stderr: host.stderr.text };
  return { status, stdout, stderr: host.stderr.text };
}

/** A core that grants every vote request. */
const votesTwice: StepFunction = (env, state, event) =>
  event.type === "message" && event.message.type === "requestVote"
    ? step(env, { ...state, votedFor: undefined }, event)
    : step(env, state, event);

function broken(): FakeEngines {
  const engines = new FakeEngines();
  engines.exploreInSlices = (options) => exploreInSlices({ ...options, step: votesTwice });
  return engines;
}

const ONE_TERM = ["--crashes", "0", "--proposals", "0", "--terms", "1", "--inflight", "3"];

describe("a verdict is printed, and is the exit status", () => {
  test("valid", async () => {
    expect(await explored(["--nodes", "1"])).toEqual({
      status: 0,
      stdout: `valid: all 19 states checked
19 states, 19 transitions, depth 4; 1.0 s, 19 states/s, 0 MiB
within nodes 1, terms 2, proposals 1, crashes 1, inflight 2; breadth first

met, in how many transitions, and at which depth first:
  a leader is elected                        10 1
  a leader of a later term is elected         5 2
  a leader commits an entry                  12 1
  a leader commits a command                  6 2
  a leader commits an entry of an older term  5 2
  a crash loses unsynced writes               2 1
  a leader crashes                            6 1

situations, by the depth at which each was met first:
  elections.sole                 1   replication.olderTermCommitted 2
  elections.inherited            2
`,
      stderr: "",
    });
  });

  test("valid, with the chance that hashes hid a state", async () => {
    const { status, stdout } = await explored(["--nodes", "1", "--hashes"]);
    expect({ status, lines: stdout.split("\n").slice(0, 4) }).toEqual({
      status: 0,
      lines: [
        "valid: all 19 states checked",
        "19 states, 19 transitions, depth 4; 1.0 s, 19 states/s, 0 MiB",
        "seen states kept as 76-bit hashes; chance that any was missed below 2.6e-21",
        "within nodes 1, terms 2, proposals 1, crashes 1, inflight 2; breadth first",
      ],
    });
  });

  test("violated: as a story with a column for each node", async () => {
    const { status, stdout } = await explored(ONE_TERM, broken());
    expect(status).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "violated: a in term 1: the vote for a changed to b; a in term 1: a candidate did not vote for itself, after 3 transitions
      6 states (28 without symmetry), 11 transitions, depth 2; 1.0 s, 6 states/s, 0 MiB
      within nodes 3, terms 1, inflight 3; breadth first

            a                   b                   c
      1  a  candidate t1 c0 []  follower t0 c0 []   follower t0 c0 []  election timeout; sends requestVote t1
                                                                       last 0.0 to b, requestVote t1 last 0.0
                                                                       to c
      2  b  candidate t1 c0 []  candidate t1 c0 []  follower t0 c0 []  election timeout; sends requestVote t1
                                                                       last 0.0 to a; loses requestVote t1 last
                                                                       0.0 to c
      3  a  candidate t1 c0 []  candidate t1 c0 []  follower t0 c0 []  receives requestVote t1 last 0.0 from b

      kontiki replay TOKEN
      "
    `);
  });

  test("unknown, when an expected event was not met", async () => {
    const engines = new FakeEngines();
    // A core that ignores all timeouts.
    const sleeps: StepFunction = (_env, state) => ({ state, effects: [] });
    engines.exploreInSlices = (options) => exploreInSlices({ ...options, step: sleeps });
    const args = ["--nodes", "1", "--crashes", "0", "--terms", "1"];
    const { status, stdout } = await explored(args, engines);
    expect(status).toBe(3);
    expect(stdout.split("\n")[0]).toBe(
      "unknown: all 1 state checked, but never met: a leader is elected, " +
        "a leader commits an entry, a leader commits a command",
    );
  });

  test("as one JSON object", async () => {
    const { status, stdout } = await explored([...ONE_TERM, "--json"], broken());
    expect(status).toBe(1);
    expect(stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({
      verdict: "violated",
      bounds: {
        nodes: 3,
        terms: 1,
        proposals: 0,
        crashes: 0,
        drops: 0,
        duplicates: 0,
        heartbeats: 0,
        damage: 0,
        reads: 0,
        changes: 0,
        transfers: 0,
        snapshots: 0,
        wipes: 0,
        obituaries: 0,
        inflight: 3,
        asyncDisk: false,
        rules: true,
        preVote: false,
        quorumBeats: 0,
        leases: false,
        search: "breadth",
        symmetry: true,
      },
      ended: "violated",
      states: 6,
      unreduced: 28,
      transitions: 11,
      depth: 2,
      depthChecked: 2,
      waiting: 3,
      bytes: expect.any(Number) as number,
      sometimes: expect.objectContaining({ "a leader is elected": 0 }) as object,
      firstMet: expect.objectContaining({ "a send is lost for lack of room": 2 }) as object,
      never: expect.any(Array) as string[],
      violation: {
        text: expect.stringContaining("the vote for a changed to b") as string,
        token: expect.stringMatching(/^k1-/) as string,
        actions: Array.from({ length: 3 }, () => expect.any(Object) as object),
        story: Array.from({ length: 3 }, () => expect.any(Object) as object),
      },
      elapsedMs: 1000,
    });
  });
});

describe("a named instance", () => {
  test("has the bounds of its name, and recorded states", async () => {
    const { status, stdout } = await explored(["one-node"]);
    expect({ status, lines: stdout.split("\n").slice(0, 4) }).toEqual({
      status: 0,
      lines: [
        "valid: all 19 states checked",
        "19 states, 19 transitions, depth 4; 1.0 s, 19 states/s, 0 MiB",
        "exactly the states that are recorded for one-node",
        "within nodes 1, terms 2, proposals 1, crashes 1, inflight 2, preVote; breadth first",
      ],
    });
    const { stdout: json } = await explored(["one-node", "--json"]);
    expect(JSON.parse(json)).toMatchObject({ instance: "one-node", asRecorded: true });
  });

  test("shows when a core behaves differently", async () => {
    const engines = new FakeEngines();
    engines.exploreInSlices = (options) => exploreInSlices({ ...options, terms: 1 });
    const { stdout } = await explored(["one-node"], engines);
    expect(stdout.split("\n")[2]).toBe(
      "recorded for one-node: 19 states, depth 4; this core behaves differently",
    );
  });

  test("can have other bounds, for which nothing is recorded", async () => {
    const { stdout } = await explored(["one-node", "--crashes", "0"]);
    expect(stdout.split("\n")[2]).toBe(
      "within nodes 1, terms 2, proposals 1, inflight 2, preVote; breadth first",
    );
  });

  test.each(INSTANCES)("is listed by --help: $name", ({ name }) => {
    expect(exploreHelp).toMatch(new RegExp(`^ .*\\b${name}( |$)`, "m"));
  });
});

describe("the token of a counterexample", () => {
  const replayed = async (token: string): Promise<unknown> => {
    const host = new FakeHost();
    const status = await run(["replay", token], host);
    return { status, stdout: host.stdout.text, stderr: host.stderr.text };
  };

  test("shows that another core does not fail", async () => {
    const { stdout } = await explored([...ONE_TERM, "--json"], broken());
    const [token = ""] = TOKEN.exec(stdout) ?? [];
    expect(await replayed(token)).toEqual({
      status: 0,
      stdout: `explored: 3 nodes, 3 transitions
not reproduced: the token says a in term 1: the vote for a changed to b; \
a in term 1: a candidate did not vote for itself, this run is valid
The run was different: the code has changed since the token was made.
`,
      stderr: "",
    });
  });

  test("keeps the configuration of the core", async () => {
    const args = ["--nodes", "1", "--crashes", "0", "--proposals", "0", "--terms", "1"];
    const engines = new FakeEngines();
    // With pre-vote, this core commits what is not in its log.
    const hurries: StepFunction = (env, state, event) => {
      const next = step(env, state, event);
      return env.config.preVote && next.state.term > 0
        ? { ...next, state: { ...next.state, commit: index(9) } }
        : next;
    };
    engines.exploreInSlices = (options) => exploreInSlices({ ...options, step: hurries });
    const options = ["--pre-vote", "--quorum-beats", "2", "--leases", "--json"];
    const { stdout } = await explored([...args, ...options], engines);
    const [token = ""] = TOKEN.exec(stdout) ?? [];
    expect(decodeToken(token)).toMatchObject({
      type: "path",
      bounds: { nodes: 1, config: { preVote: true, quorumBeats: 2, leases: true } },
    });
  });

  test("shows where another core takes another path", async () => {
    const actions = [{ type: "propose", node: nodeId("a") } as const];
    const token = encodeToken({ type: "path", check: "x", bounds: { proposals: 0 }, actions });
    expect(await replayed(token)).toEqual({
      status: 3,
      stdout: `explored: 1 transition
not reproduced: the token says x, this run is unknown
  action 1, propose at a, is not possible at that point
The run was different: the code has changed since the token was made.
`,
      stderr: "",
    });
  });
});

describe("a search that ends early prints its result so far", () => {
  test("by --time", async () => {
    const engines = new FakeEngines();
    engines.timeIsUp();
    const { status, stdout } = await explored(["--time", "60s"], engines);
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /^unknown: the time ran out after \d+ states?, of which \d+ wait; all runs of up to \d+ transitions? are checked\n/,
    );
  });

  test("by --memory", async () => {
    const { status, stdout } = await explored(["--inflight", "4", "--memory", "1"]);
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /^unknown: the memory ran out after [\d,]+ states, of which [\d,]+ wait; all runs of up to 4 transitions are checked\n/,
    );
  });

  test("depth first, without a promise", async () => {
    const args = ["--inflight", "4", "--memory", "1", "--search", "depth"];
    const { stdout } = await explored(args);
    expect(stdout).toMatch(
      /^unknown: the memory ran out after [\d,]+ states, of which [\d,]+ wait\n/,
    );
  });

  test("by Ctrl-C, after progress on a terminal", async () => {
    const host = new FakeHost({ tty: true, env: { TERM: "dumb" } });
    const result = explored(["--inflight", "6"], new FakeEngines(), host);
    await host.stderr.until(
      /[\d,]+ states, [\d,]+ waiting, depth \d+, [\d,]+ a second, \d+ MiB \.\.\. 1 s/,
    );
    host.interrupt("SIGINT");
    const { status, stdout } = await result;
    expect(status).toBe(130);
    expect(stdout).toMatch(
      /^unknown: interrupted after [\d,]+ states, of which [\d,]+ wait; all runs of up to/,
    );
  });
});

describe("bad usage is one line and status 2", () => {
  test.each<[readonly string[], string]>([
    [["--nodes", "6"], "It must be a whole number from 1 to 5."],
    [["--inflight", "0"], "It must be a whole number from 1 to 16."],
    [["--search", "random"], "Allowed choices are breadth, depth."],
    [["--reads", "4"], "It must be a whole number from 0 to 3."],
    [["--leases"], "--leases needs --quorum-beats 1 or more"],
    [["--voters", "4"], "--voters 4 must be at most --nodes 3"],
    [["--damage", "1", "--snapshots", "1"], "--damage and --snapshots cannot be explored together"],
    [["--hashes", "--search", "depth"], "--hashes needs --search breadth"],
    [["--logs", "1,2x"], "It must be terms from 1 to 9, with commas between logs."],
    [["--logs", "1,2,,"], "logs is [ '1', '2', '', '' ]: give at most 3 logs, one for each node"],
    [["--logs", "3"], "logs is [ '3' ]: give terms up to 2"],
    [["--memory", "0"], "It must be a whole number from 1 to 1048576."],
    [["extra"], "there is no instance extra: --help lists all"],
    [["joint", "extra"], "too many arguments"],
    [["lease", "--quorum-beats", "0"], "--leases needs --quorum-beats 1 or more"],
  ])("%j", async (args, message) => {
    const { status, stdout, stderr } = await explored(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^kontiki: .*\n$/);
    expect(stderr).toContain(message);
  });
});
