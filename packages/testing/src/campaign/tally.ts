import type { Violation } from "../run/result.ts";
import type { RunReport } from "./task.ts";

/** A finding: a check that failed, with its first run. */
export type Finding = Violation & {
  /** The seed of the first run in which this check failed. */
  readonly seed: number;
  /** In how many runs this check failed. */
  readonly runs: number;
  /** The digest of that run. */
  readonly hash: string;
  /** The token that reproduces that run; undefined when there is none. */
  readonly token: string | undefined;
  /** The page of that run; undefined without pages. */
  readonly page: string | undefined;
};

/** Why a run showed nothing. */
export type Doubt = {
  /** The seed of the run. */
  readonly seed: number;
  /** One line. */
  readonly text: string;
};

/** The run that met a situation first. */
export type FirstMet = {
  /** Its number among all runs of the campaign, of all scenarios, from 1. */
  readonly run: number;
  /** The seed of its plan. */
  readonly seed: number;
  /** How many changes a guided campaign made to the plan of the seed: with 0, the seed alone repeats the run. */
  readonly changes: number;
};

/** The results of all runs of one scenario. */
export type Tally = {
  /** Number of runs. */
  readonly runs: number;
  /** Those whose plan is as its seed draws it: a guided campaign changes others, which need not reach what is expected. */
  readonly asDrawn: number;
  /** Runs in which every check held, and that met what the scenario expects. */
  readonly valid: number;
  /** Runs in which a check failed. */
  readonly violated: number;
  /** Runs that did not meet what the scenario expects. */
  readonly unknown: number;
  /** Deliveries, timers and disk completions of all runs. */
  readonly events: number;
  /** Virtual time of all runs, in ms. */
  readonly virtualMs: number;
  /** Sum of the real time of all runs, in ms: with several jobs, more than the campaign took. */
  readonly busyMs: number;
  /** Coverage counts of all runs, sorted by name. A count of 0 never happened. */
  readonly coverage: Readonly<Record<string, number>>;
  /** For each count that some runs must reach, how many did. */
  readonly expected: Readonly<Record<string, number>>;
  /** In how many runs each situation of {@link SOMETIMES} was met, sorted by name; those never met are left out. */
  readonly sometimes: Readonly<Record<string, number>>;
  /** The first run that met each of them. */
  readonly firstMet: Readonly<Record<string, FirstMet>>;
  /** The first violation of each check, in order of discovery. */
  readonly findings: readonly Finding[];
  /** The first {@link DOUBTS_KEPT}. */
  readonly doubts: readonly Doubt[];
};

/** How many doubts are kept: the others repeat them for other seeds. */
export const DOUBTS_KEPT = 10;

/** The tally before the first run. */
export const emptyTally: Tally = {
  runs: 0,
  asDrawn: 0,
  valid: 0,
  violated: 0,
  unknown: 0,
  events: 0,
  virtualMs: 0,
  busyMs: 0,
  coverage: {},
  expected: {},
  sometimes: {},
  firstMet: {},
  findings: [],
  doubts: [],
};

/** Adds a run. Findings stay in the order in which reports are added. */
export function withReport(tally: Tally, report: RunReport): Tally {
  return {
    runs: tally.runs + 1,
    asDrawn: tally.asDrawn + ((report.task.changes ?? []).length === 0 ? 1 : 0),
    valid: tally.valid + (report.verdict === "valid" ? 1 : 0),
    violated: tally.violated + (report.verdict === "violated" ? 1 : 0),
    unknown: tally.unknown + (report.verdict === "unknown" ? 1 : 0),
    events: tally.events + report.events,
    virtualMs: tally.virtualMs + report.virtualMs,
    busyMs: tally.busyMs + report.elapsedMs,
    coverage: summed(tally.coverage, report.coverage),
    expected: summed(tally.expected, counted(report.expected)),
    sometimes: summed(tally.sometimes, Object.fromEntries(report.met.map((name) => [name, 1]))),
    firstMet: withFirst(tally.firstMet, report),
    findings: withFindings(tally.findings, report),
    doubts: [
      ...tally.doubts,
      ...report.doubts.map((text) => ({ seed: report.task.seed, text })),
    ].slice(0, DOUBTS_KEPT),
  };
}

function withFirst(known: Tally["firstMet"], { met, task }: RunReport): Tally["firstMet"] {
  const fresh = met.filter((name) => !Object.hasOwn(known, name));
  if (fresh.length === 0) return known;
  const { number, seed, changes = [] } = task;
  const first: FirstMet = { run: number + 1, seed, changes: changes.length };
  return { ...known, ...Object.fromEntries(fresh.map((name) => [name, first])) };
}

/**
 * After this many runs a count that some runs must reach, and none did, makes the campaign unknown. What every third run
 * reaches is missed by all of them with a probability of 2e-9.
 */
export const EXPECTED_WITHIN = 50;

/** The counts that some runs had to reach and none did; none while there are too few runs to say so. */
export function neverReached({ asDrawn, expected }: Tally): readonly string[] {
  if (asDrawn < EXPECTED_WITHIN) return [];
  return Object.keys(expected).filter((name) => expected[name] === 0);
}

function counted(reached: RunReport["expected"]): Tally["expected"] {
  return Object.fromEntries(Object.entries(reached).map(([name, did]) => [name, did ? 1 : 0]));
}

/** Adds counts name by name; sorted by name. */
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

/** The verdict of all runs together. A scenario without runs is unknown, and so is a campaign without scenarios. */
export function campaignVerdict(tallies: readonly Tally[]): RunReport["verdict"] {
  if (tallies.some(({ violated }) => violated > 0)) return "violated";
  const isShown = tallies.every(
    (tally) => tally.unknown === 0 && tally.runs > 0 && neverReached(tally).length === 0,
  );
  return isShown && tallies.length > 0 ? "valid" : "unknown";
}
