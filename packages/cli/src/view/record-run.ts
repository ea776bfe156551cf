import {
  finishInSlices,
  planOf,
  runToken,
  simulateInSlices,
  simulateOptions,
  type Plan,
  type RunResult,
  type ScenarioParts,
  type Simulation,
  type SliceOptions,
} from "@kontiki/testing";
import { aboutOf } from "../replay/about.ts";
import type { Recording } from "./recording.ts";
import { RunRecorder } from "./run-recorder.ts";

/** What to run, and how to call it. */
export type RecordedRun = {
  readonly plan: Plan;
  readonly parts: ScenarioParts;
  /** The shell command that shows it; undefined for that with the token of the run. */
  readonly command: string | undefined;
};

/** Runs a plan in simulation and records it; undefined when `slices` ends it early. */
export async function recordRun(
  { plan, parts, command }: RecordedRun,
  slices?: SliceOptions<Simulation>,
): Promise<Recording | undefined> {
  const recorders: RunRecorder[] = [];
  const observer = (simulation: Simulation): RunRecorder => {
    const recorder = new RunRecorder(simulation);
    recorders.push(recorder);
    return recorder;
  };
  const work = simulateInSlices(plan, { ...simulateOptions(parts), observers: [observer] });
  const result = await finishInSlices(work, slices);
  if (result === undefined) return undefined;
  const { scenario, nodes } = plan;
  const token = tokenOf(plan, parts, result);
  return {
    format: 1,
    title: aboutOf(plan),
    about: scenario.about,
    source: "simulation",
    clock: "ms",
    ...(token !== undefined && { token }),
    command: command ?? `kontiki view ${token ?? ""}`,
    nodes: Array.from({ length: nodes }, (_none, at) => `n${at + 1}`),
    electionTimeoutMs: scenario.cluster.electionTimeoutMs,
    judged: { verdict: result.verdict, doubts: result.doubts },
    opensAt: undefined,
    events: recorders.flatMap((recorder) => recorder.finish(result.violations)),
  };
}

/** The token of a run, which a page can run again; undefined when the run needs functions of a module. */
function tokenOf(
  plan: Plan,
  parts: ScenarioParts,
  { violations, hash }: RunResult,
): string | undefined {
  if (Object.values({ ...parts, scenario: undefined }).some((part) => part !== undefined))
    return undefined;
  return runToken(plan, { check: violations[0]?.check ?? "", hash }, planOf);
}
