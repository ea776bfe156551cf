import { JobThread, runCampaign } from "@kontiki/testing";
import { randomInt } from "node:crypto";
import { env } from "node:process";
import { expect, test } from "vitest";

/** All faults that there are: each seed draws its own part of them. */
const SCENARIO = "swarm";

const JOBS = 2;

/** How long seeds are tried, in ms. The long run tries them for longer. `situations` has fixed ones. */
const RANDOM_MS = Number(env["KONTIKI_RANDOM_MS"] ?? 3_000);

/** A machine that has much else to do is slow, and that says nothing of the code. */
const TIMEOUT_MS = 300_000;

test(
  "random seeds find no violation",
  async () => {
    const first = randomInt(2 ** 32);
    // A failure prints where its seeds begin, and this line how to run them again.
    process.stdout.write(`kontiki run ${SCENARIO} --seed ${first} --time ${RANDOM_MS / 1000}s\n`);
    const { tallies, broken } = await runCampaign({
      scenarios: 1,
      seeds: { first, count: undefined, shard: undefined },
      untilFail: false,
      jobs: JOBS,
      startJob: () => new JobThread({ engine: "simulation", scenarios: [SCENARIO], pages: false }),
      signal: AbortSignal.timeout(RANDOM_MS),
    });
    const findings = tallies.flatMap((tally) => tally.findings);
    const doubts = tallies.flatMap((tally) => tally.doubts);
    expect({ broken, findings, doubts }, `the seeds from ${first} on`).toEqual({
      broken: undefined,
      findings: [],
      doubts: [],
    });
  },
  TIMEOUT_MS,
);
