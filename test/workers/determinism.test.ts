import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { loadScenario, planOf, simulate } from "@kontiki/testing";
import { beforeAll, describe, expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("programs/hashes.mjs", import.meta.url));
const SEEDS = ["1", "2", "3"];
/** Under the interpreter a seed takes ten times as long. */
const ONE_SEED = ["1"];
/** They only compute: how long that takes says something of the machine. */
const TIMEOUT_MS = 180_000;

/** What another process says of these seeds, a line each. */
async function linesOf(node: string, flags: readonly string[], seeds: readonly string[]) {
  const { stdout } = await promisify(execFile)(node, [...flags, PROGRAM, "swarm", ...seeds]);
  return stdout.trim().split("\n");
}

/** What this process says of these seeds. */
async function ownLines(seeds: readonly string[]): Promise<string[]> {
  const scenario = await loadScenario("swarm");
  return seeds.map((seed) => {
    const { verdict, events, virtualMs, hash } = simulate(planOf(scenario, Number(seed)));
    return `${seed} ${verdict} ${events} ${virtualMs} ${hash}`;
  });
}

describe("a seed gives the same run, event by event", () => {
  let own: readonly string[] = [];

  beforeAll(async () => {
    own = await ownLines(SEEDS);
  }, TIMEOUT_MS);

  test.each<[string, string[], string[]]>([
    ["in another process", ["--hash-seed=7", "--random-seed=7"], SEEDS],
    ["compiled otherwise", ["--no-opt", "--max-lazy", "--stack-size=400"], SEEDS],
    [
      "in the interpreter alone, with little memory",
      ["--jitless", "--max-semi-space-size=1"],
      ONE_SEED,
    ],
  ])("%s", { timeout: TIMEOUT_MS }, async (_title, flags, seeds) => {
    expect(await linesOf(process.execPath, flags, seeds)).toEqual(own.slice(0, seeds.length));
  });

  const { KONTIKI_OTHER_NODE: other } = process.env;
  test.runIf(other !== undefined)(
    `in another version of Node: ${other}`,
    { timeout: TIMEOUT_MS },
    async () => {
      expect(await linesOf(other ?? "", [], SEEDS)).toEqual(own);
    },
  );
});
