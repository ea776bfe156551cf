import type { Violation } from "../run/result.ts";
import type { RunReport } from "./task.ts";

/** A run in which something was found. */
export type Finding = Violation & {
  /** Of the first run in which this check failed. */
  readonly seed: number;
  /** In how many runs this check failed. */
  readonly runs: number;
  /** The digest of that run. */
  readonly hash: string;
  /** What gives that run again; undefined where nothing does. */
  readonly token: string | undefined;
  /** A page that shows that run; undefined where none was asked for. */
  readonly page: string | undefined;
};

/** Why a run showed nothing. */
export type Doubt = {
  /** Of the run. */
  readonly seed: number;
  /** One line. */
  readonly text: string;
};

/** What came of all runs of one scenario. */
export type Tally = {
  /** How many runs. */
  readonly runs: number;
  /** How many in which all held that must hold, and that showed what they were to show. */
  readonly valid: number;
  /** How many in which something did not hold. */
  readonly violated: number;
  /** How many that did not show what they were to show. */
  readonly unknown: number;
  /** Deliveries, timers and disk completions of all of them. */
  readonly events: number;
  /** By the clocks of the runs, in ms, all together. */
  readonly virtualMs: number;
  /** By the clock on the wall, in ms, all runs one after the other: more than the campaign takes when it has several jobs. */
  readonly busyMs: number;
  /** Counts of all runs together, in the order of names. A name with 0 is one that never happened. */
  readonly coverage: Readonly<Record<string, number>>;
  /** The first violation of each check, in the order in which they were found. */
  readonly findings: readonly Finding[];
  /** The first {@link DOUBTS_KEPT}. */
  readonly doubts: readonly Doubt[];
};

/** So many doubts are kept: the others say the same of other seeds. */
export const DOUBTS_KEPT = 10;

/** Before the first run. */
export const emptyTally: Tally = {
  runs: 0,
  valid: 0,
  violated: 0,
  unknown: 0,
  events: 0,
  virtualMs: 0,
  busyMs: 0,
  coverage: {},
  findings: [],
  doubts: [],
};

/** Adds a run. The first of several findings is that of the report that was added first. */
export function withReport(tally: Tally, report: RunReport): Tally {
  return {
    runs: tally.runs + 1,
    valid: tally.valid + (report.verdict === "valid" ? 1 : 0),
    violated: tally.violated + (report.verdict === "violated" ? 1 : 0),
    unknown: tally.unknown + (report.verdict === "unknown" ? 1 : 0),
    events: tally.events + report.events,
    virtualMs: tally.virtualMs + report.virtualMs,
    busyMs: tally.busyMs + report.elapsedMs,
    coverage: summed(tally.coverage, report.coverage),
    findings: withFindings(tally.findings, report),
    doubts: [
      ...tally.doubts,
      ...report.doubts.map((text) => ({ seed: report.task.seed, text })),
    ].slice(0, DOUBTS_KEPT),
  };
}

/** Counts added up name by name, in the order of names. */
export function summed(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].toSorted();
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

/** A check that failed several times in one run counts once. */
function withFindings(findings: readonly Finding[], report: RunReport): readonly Finding[] {
  const { violations, task, hash, token, page } = report;
  const firsts = new Map<string, Violation>();
  for (const violation of violations) {
    if (!firsts.has(violation.check)) firsts.set(violation.check, violation);
  }
  const known = new Set(findings.map(({ check }) => check));
  return [
    ...findings.map((finding) =>
      firsts.has(finding.check) ? { ...finding, runs: finding.runs + 1 } : finding,
    ),
    ...[...firsts.values()]
      .filter(({ check }) => !known.has(check))
      .map((violation) => ({ ...violation, seed: task.seed, runs: 1, hash, token, page })),
  ];
}

/** What all runs together say. A scenario without a run shows nothing. */
export function campaignVerdict(tallies: readonly Tally[]): RunReport["verdict"] {
  if (tallies.some(({ violated }) => violated > 0)) return "violated";
  if (tallies.some(({ unknown, runs }) => unknown > 0 || runs === 0)) return "unknown";
  return "valid";
}
