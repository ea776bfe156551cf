import { JobThread, runCampaign, type CampaignResult, type SeedRange } from "@kontiki/testing";
import { randomInt } from "node:crypto";
import { env } from "node:process";
import { expect, test } from "vitest";

/** All faults that there are: each seed draws its own part of them. */
const SCENARIO = "swarm";

const JOBS = 2;

/** These seeds are tried with every change. */
const FIXED: SeedRange = { first: 1, count: 60, shard: undefined };

/** How long other seeds are tried as well, in ms. The long run tries them for longer. */
const RANDOM_MS = Number(env["KONTIKI_RANDOM_MS"] ?? 6_000);

/** A machine that has much else to do is slow, and that says nothing of the code. */
const TIMEOUT_MS = 300_000;

function campaign(seeds: SeedRange, signal?: AbortSignal): Promise<CampaignResult> {
  return runCampaign({
    scenarios: 1,
    seeds,
    untilFail: false,
    jobs: JOBS,
    startJob: () => new JobThread({ engine: "simulation", scenarios: [SCENARIO], pages: false }),
    ...(signal !== undefined && { signal }),
  });
}

/** What is wrong, with the token that has it again. */
function wrongIn({ tallies, broken }: CampaignResult): object {
  const findings = tallies.flatMap((tally) => tally.findings);
  return { broken, findings, doubts: tallies.flatMap(({ doubts }) => doubts) };
}

const NOTHING = { broken: undefined, findings: [], doubts: [] };

test(
  "the fixed seeds find no violation, and have nearly every kind of fault",
  async () => {
    const result = await campaign(FIXED);
    expect(wrongIn(result)).toEqual(NOTHING);
    const [tally] = result.tallies;
    expect(tally).toMatchObject({ runs: FIXED.count, valid: FIXED.count });
    const kinds = Object.entries(tally?.coverage ?? {}).filter(([name]) =>
      name.startsWith("began."),
    );
    const met = kinds.filter(([, count]) => count > 0);
    // Some are seldom possible: there must be a learner to be promoted.
    expect(met.length / kinds.length, JSON.stringify(kinds)).toBeGreaterThan(0.9);
  },
  TIMEOUT_MS,
);

test(
  "random seeds find no violation",
  async () => {
    const first = randomInt(2 ** 32);
    // Whoever wants the same seeds again finds here where they begin.
    process.stdout.write(`kontiki run ${SCENARIO} --seed ${first} --time ${RANDOM_MS / 1000}s\n`);
    const seeds = { first, count: undefined, shard: undefined };
    const result = await campaign(seeds, AbortSignal.timeout(RANDOM_MS));
    expect(wrongIn(result), `the seeds from ${first} on`).toEqual(NOTHING);
  },
  TIMEOUT_MS,
);
