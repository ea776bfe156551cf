import { runCampaign, type Job, type KeptPlan, type RunReport, type Tally } from "@kontiki/testing";
import { shifted } from "../campaign/join-tallies.ts";
import { firstRunOf, seedsOfRange, type CampaignSpec } from "../campaign/spec.ts";

/** How a range ended. */
export type RangeEnd =
  | {
      readonly type: "done";
      readonly tallies: readonly Tally[];
      readonly kept: readonly KeptPlan[];
    }
  /** An error of the tool, such as a thread that ended. */
  | { readonly type: "broken"; readonly reason: string }
  | { readonly type: "aborted" };

/** What a range runs with. */
export type RangeTools = {
  readonly job: Job;
  readonly signal: AbortSignal;
  /** Plans that other ranges of a guided campaign kept. */
  readonly corpus: readonly KeptPlan[];
  readonly onRun: (report: RunReport) => void;
};

/** The share of a range's runs that repeat plans of other ranges: the rest is for changes of them, and for new seeds. */
const CORPUS_SHARE = 1 / 4;

/** Runs all seeds of a range on one job, which stays. Only a job that ended its range can be used again. */
export async function runRange(
  spec: CampaignSpec,
  range: number,
  { job, signal, corpus, onRun }: RangeTools,
): Promise<RangeEnd> {
  const seeds = seedsOfRange(spec, range);
  const kept: KeptPlan[] = [];
  const guided = {
    corpus: partOf(corpus, range, (seeds.count ?? 0) * spec.order.length),
    onKept: (plan: KeptPlan) => void kept.push(plan),
  };
  const { tallies, isComplete, broken } = await runCampaign({
    scenarios: spec.scenarios.length,
    order: spec.order,
    seeds,
    untilFail: spec.untilFail,
    untilDoubt: spec.untilDoubt,
    jobs: 1,
    startJob: () => ({ run: (task) => job.run(task), kill: async () => undefined }),
    ...(spec.guided && { guided }),
    signal,
    onReport: onRun,
  });
  if (broken !== undefined) return { type: "broken", reason: broken };
  if (!isComplete) return { type: "aborted" };
  const before = firstRunOf(spec, range);
  return { type: "done", tallies: tallies.map((tally) => shifted(tally, before)), kept };
}

/** A part of the corpus, another one for each range. */
function partOf(corpus: readonly KeptPlan[], range: number, runs: number): readonly KeptPlan[] {
  const most = Math.floor(runs * CORPUS_SHARE);
  if (corpus.length <= most) return corpus;
  return Array.from(
    { length: most },
    (_none, at) => corpus[(range * most + at) % corpus.length],
  ).filter((plan) => plan !== undefined);
}
