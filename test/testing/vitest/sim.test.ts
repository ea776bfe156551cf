import type { StateMachine } from "@kontiki/actors/node";
import { decodeToken } from "@kontiki/testing";
import { expect, test, type SessionBody, type SimOptions } from "@kontiki/testing/vitest";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished, vi } from "vitest";
import { runSim } from "../../../packages/testing/src/vitest/run-sim.ts";

/** Adds up numbers. */
class Tally implements StateMachine<number, number> {
  protected sum = 0;
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

test.sim.skip("a skipped test", { seeds: 1 }, () => expect.unreachable());

const AGAIN_BY_TOKEN =
  /\nreplay: KONTIKI_TOKEN=(k1-\S+) npx vitest run test\/sums\.test\.ts -t '\^sums it fails\$'\n/;

const AGAIN_BY_SEED =
  "\nreplay: KONTIKI_SEED=1 npx vitest run test/sums.test.ts -t '^sums it fails$'";

describe("a failure", () => {
  async function failureOf<Command, Result>(
    options: SimOptions<Command, Result>,
    body?: SessionBody<Command, Result>,
    name = "it fails",
  ): Promise<{ readonly text: string; readonly pages: string }> {
    const pages = mkdtempSync(join(tmpdir(), "kontiki-pages-"));
    onTestFinished(() => rmSync(pages, { recursive: true, force: true }));
    try {
      const place = { file: "test/sums.test.ts", fullName: `sums ${name}` };
      await runSim({ name, place, options: { pages, seeds: 3, ...options }, body });
    } catch (error) {
      return { text: (error as Error).message, pages };
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
    expect(text).toMatch(/^snapshot[^\n]*: /);
    expect(text).toMatch(/\nSeed 1, shrunk to \d nodes?, 1 fault, \d operations? \(\d+ runs\)\.\n/);
    expect(text).toMatch(/\n *\d+\S* {2}n\d .* goes down: it crashes/);
    expect(text).toMatch(/VIOLATED snapshot/);
    const [, token = ""] = AGAIN_BY_TOKEN.exec(text) ?? [];
    const [, page = ""] = /page: (.*)$/.exec(text) ?? [];
    expect(page).toBe(join(pages, "it-fails-5a38d294-1.html"));
    expect(readFileSync(page, "utf8")).toContain("<h2>What happened</h2>");
    expect(decodeToken(token)).toMatchObject({ type: "run", recipe: { from: "plan" } });
    vi.stubEnv("KONTIKI_TOKEN", token);
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
    expect(text).toMatch(/^snapshot[^\n]*: /);
    expect(text).toMatch(/shrunk to \d nodes?, 1 fault, \d+ operations?/);
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
});
