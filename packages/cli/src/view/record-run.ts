import {
  finishInSlices,
  simulateInSlices,
  simulateOptions,
  type Plan,
  type ScenarioParts,
  type Simulation,
  type SliceOptions,
} from "@kontiki/testing";
import { aboutOf } from "../replay/run-subject.ts";
import type { Recording } from "./recording.ts";
import { RunRecorder } from "./run-recorder.ts";

/** What to run, and how to call it. */
export type RecordedRun = {
  readonly plan: Plan;
  readonly parts: ScenarioParts;
  /** The shell command that shows it. */
  readonly command: string;
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
  return {
    format: 1,
    title: aboutOf(plan),
    about: scenario.about,
    source: "simulation",
    clock: "ms",
    command,
    nodes: Array.from({ length: nodes }, (_none, at) => `n${at + 1}`),
    electionTimeoutMs: scenario.cluster.electionTimeoutMs,
    judged: { verdict: result.verdict, doubts: result.doubts },
    opensAt: undefined,
    events: recorders.flatMap((recorder) => recorder.finish(result.violations)),
  };
}
