import type { CampaignProgress, CampaignResult } from "@kontiki/testing";
import type { BrokenRange, FleetTally } from "../campaign/fleet-tally.ts";
import type { WorkerName } from "../campaign/result.ts";
import { rangeCount, runCount, type CampaignSpec } from "../campaign/spec.ts";

/** All that is known of a campaign on a fleet. */
export type CampaignState = {
  /** Its name. */
  readonly name: string;
  /** Its id, which no other campaign has, also none of the same name. */
  readonly id: string;
  /** The digest of the code that runs it. */
  readonly code: string;
  /** Whether workers take its ranges, all ranges have results, or somebody stopped it. */
  readonly state: "running" | "finished" | "stopped";
  /** Its scenarios, in the order of the tallies: the name, and a path or the name of a shipped one. */
  readonly scenarios: readonly { readonly name: string; readonly source: string }[];
  /** The first seed, and how many. */
  readonly seeds: { readonly first: number; readonly count: number };
  /** Ranges with a result, all, and how many seeds each has. */
  readonly ranges: { readonly done: number; readonly all: number; readonly seeds: number };
  /** Runs with a result. */
  readonly progress: CampaignProgress;
  /** What a campaign on one machine gives. Its tallies have all results that are there, in the order of the seeds. */
  readonly result: CampaignResult;
  /** Ranges that ended in an error of the tool. */
  readonly broken: readonly BrokenRange[];
  /** Results that came more than once and were dropped, and messages that were none. */
  readonly dropped: { readonly repeated: number; readonly strange: number };
  /** The workers that results are from. */
  readonly workers: readonly WorkerName[];
  /** From the first result to the last, by the server's clock. */
  readonly elapsedMs: number;
  /** The bytes of its results on the server. */
  readonly bytes: number;
};

/** When the server got the first and the last result, in ms since 1970. */
export type Span = {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly bytes: number;
};

/** Puts together what is known of a campaign. */
export function stateOf(spec: CampaignSpec, tally: FleetTally, span: Span): CampaignState {
  const { name, id, code, scenarios, first, count, perRange } = spec;
  const { runs, violated, events } = tally.counts;
  const { broken } = tally;
  return {
    name,
    id,
    code,
    state: tally.isComplete && spec.state === "running" ? "finished" : spec.state,
    scenarios: scenarios.map((scenario) => ({ name: scenario.name, source: scenario.source })),
    seeds: { first, count },
    ranges: { done: tally.done, all: rangeCount(spec), seeds: perRange },
    progress: { done: runs, size: runCount(spec), violated, events },
    result: {
      tallies: tally.tallies,
      isComplete: tally.isComplete && broken.length === 0,
      broken: brokenText(spec, broken),
      // A worker tells only why it could not run a range.
      isScenarioWrong: false,
    },
    broken,
    dropped: { repeated: tally.repeated, strange: tally.strange },
    workers: tally.workers,
    elapsedMs: (span.last ?? 0) - (span.first ?? 0),
    bytes: span.bytes,
  };
}

function brokenText(
  { first, perRange }: CampaignSpec,
  broken: readonly BrokenRange[],
): string | undefined {
  const [one, ...others] = broken;
  if (one === undefined) return undefined;
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `range ${one.range} (from seed ${first + one.range * perRange} on) has no result: ${one.reason}${more}`;
}
