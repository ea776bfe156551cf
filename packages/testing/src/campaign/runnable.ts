import { extname, resolve } from "node:path";
import { jsonlLines } from "../history/jsonl.ts";
import { runToken } from "../replay/run-token.ts";
import { tellRun, type ToldRun } from "../replay/tell-run.ts";
import { runPage } from "../report/run-page.ts";
import { modelOf, simulateOptions } from "../runs/options-of.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import { planOfParts } from "../plan/own-plan.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import { simulateWatched } from "../runs/watched.ts";
import { summaryOf, type RunSummary } from "../summary/summary.ts";
import type { StartCluster } from "../workers/cluster-under-test.ts";
import { runOnWorkers } from "../workers/run-on-workers.ts";
import type { JobSpec } from "./job-protocol.ts";
import { keepingSimulation, keepingThreads, type RecordedRun } from "./keeping.ts";
import type { Runnable } from "./perform-task.ts";
import type { KeptRun } from "./task.ts";
import { wantedCoverage } from "./wanted.ts";
import { workersOptions } from "./workers-options.ts";

/**
 * Makes a scenario runnable on the engine of a job. `source` is the path or name from which it was loaded; `start` starts the
 * clusters of an engine of several processes.
 */
export function runnableOf(
  source: string,
  parts: ScenarioParts,
  { engine, pages, keeps = false }: Pick<JobSpec, "engine" | "pages" | "keeps">,
  start?: StartCluster,
): Runnable {
  const { pageOf, ...runnable } =
    engine === "simulation" ? simulated(source, parts) : inRealTime(parts, start);
  return {
    ...runnable,
    ...(pages && { pageOf }),
    ...(keeps && {
      keeper: () => {
        const recorded =
          engine === "simulation" ? keepingSimulation(parts) : keepingThreads(parts, start);
        return {
          run: recorded.run,
          kept: (plan, result) => keptOf(plan, result, recorded, pageOf),
        };
      },
    }),
  };
}

function keptOf(
  plan: Plan,
  result: RunResult,
  recorded: RecordedRun,
  pageOf: WithPages["pageOf"],
): KeptRun {
  const { messages, ...rest } = recorded.recorded(result);
  const summary = summaryOf({ ...result, ...(messages && { messages }) });
  return {
    ...rest,
    summary,
    history: [...jsonlLines(result.history)].map((line) => `${line}\n`).join(""),
    page: pageOf(plan, result, summary),
  };
}

/** A runnable that makes pages. */
type WithPages = Runnable & {
  readonly pageOf: (plan: Plan, result: RunResult, summary?: RunSummary) => string;
};

/**
 * Threads and processes do not repeat a run exactly: there is no token. Their time is real, so the seed draws no settings for
 * them.
 */
function inRealTime(parts: ScenarioParts, start: StartCluster | undefined): WithPages {
  const { knobs: _knobs, ...scenario } = parts.scenario;
  const { atLeast, campaign: expected = {} } = scenario.expect;
  const real = { ...parts, scenario };
  return {
    wanted: [...Object.keys(atLeast), ...Object.keys(expected)],
    expected,
    planOf: (seed) => planOfParts(real, seed),
    run: (plan) => runOnWorkers(plan, workersOptions(parts, start)),
    tokenOf: () => undefined,
    pageOf: (plan, result, summary?: RunSummary) =>
      page(parts, plan, result, { story: [], summary }),
  };
}

function simulated(source: string, parts: ScenarioParts): WithPages {
  const module = modulePath(source);
  const planOf = (seed: number): Plan => planOfParts(parts, seed);
  return {
    wanted: wantedCoverage(parts.scenario),
    expected: parts.scenario.expect.campaign ?? {},
    planOf,
    run: (plan, observer) =>
      simulateWatched(plan, { ...simulateOptions(parts), observers: [() => observer] }),
    tokenOf: (plan, { violations, hash }) =>
      // A changed plan may have another scenario than its seed: replay draws from the one that the plan has.
      runToken(plan, { check: violations[0]?.check ?? "", hash, module }, (scenario, seed) =>
        planOfParts({ ...parts, scenario }, seed),
      ),
    // Repeats the run to record its story, so that only violated runs pay for that.
    pageOf: (plan, result, summary?: RunSummary) => {
      const isTold = isEnded(result) && result.verdict === "violated";
      return page(parts, plan, result, {
        ...(isTold ? toldBy(parts, plan) : { story: [] }),
        summary,
      });
    },
  };
}

/** Whether the run came to its own end: one that was ended in a loop has no digest, and would not end again. */
function isEnded({ hash }: RunResult): boolean {
  return hash !== "";
}

/** What a page tells of a run. */
type Told = Pick<ToldRun, "story"> &
  Partial<Pick<ToldRun, "slice" | "sometimes">> & { readonly summary?: RunSummary | undefined };

function toldBy(parts: ScenarioParts, plan: Plan): Told {
  const { story, slice, sometimes } = tellRun(plan, simulateOptions(parts));
  return { story, slice, sometimes };
}

function page(
  parts: ScenarioParts,
  { scenario, seed }: Plan,
  result: RunResult,
  told: Told,
): string {
  const title = `${scenario.name}, seed ${seed}`;
  return runPage({ title, result, ...told, model: modelOf(parts) });
}

/** The module with the functions that a token cannot hold; undefined for a scenario that is plain data. */
function modulePath(source: string): string | undefined {
  return /^\.m?[jt]s$/.test(extname(source)) ? resolve(source) : undefined;
}
