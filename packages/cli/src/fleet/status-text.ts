import { SEEDS } from "@kontiki/testing";
import type { CampaignState, WorkerReport } from "@kontiki/nats";
import { findingsText } from "../campaign/findings-text.ts";
import type { Colors } from "../output/colors.ts";
import { counted, durationText, grouped } from "../render/quantities.ts";
import { fleetRun } from "./fleet-run.ts";

/** A campaign in one line: where it is, how fast, and how long it takes from here. */
export function progressText(state: CampaignState, workers: readonly WorkerReport[]): string {
  const { done, size = 0, violated } = state.progress;
  const { ranges } = state;
  const rate = rateOf(workers);
  const isRunning = state.state === "running";
  const speed = isRunning ? [`${rate < 10 ? rate.toFixed(1) : grouped(rate)} a second`] : [];
  const left = isRunning && rate > 0 ? [`${durationText(((size - done) / rate) * 1000)} left`] : [];
  const parts = [
    `${grouped(done)} of ${counted(size, "run")}`,
    `${grouped(ranges.done)} of ${counted(ranges.all, "range")}`,
    `${grouped(violated)} violated`,
    ...speed,
    ...left,
  ];
  return `${state.name}: ${state.state}, ${parts.join(", ")}`;
}

/** What `kontiki campaign status` prints of a campaign. */
export function statusText(
  state: CampaignState,
  workers: readonly WorkerReport[],
  colors: Colors,
): string {
  const { first, count } = state.seeds;
  const names = state.scenarios.map(({ name }) => name);
  const what = names.length > 3 ? counted(names.length, "scenario") : names.join(", ");
  const machines = new Set(workers.map(({ host }) => host)).size;
  const at =
    workers.length === 0
      ? "no worker is at work"
      : `${counted(workers.length, "worker")} on ${counted(machines, "machine")}`;
  const lines = [
    progressText(state, workers),
    colors.dim(`  ${what}, seeds ${first} to ${(first + count - 1) % SEEDS}, code ${state.code}`),
    `  ${at}`,
    ...workers.map((worker) => `    ${workerText(worker)}`),
    ...(state.result.broken === undefined
      ? []
      : [`  ${colors.red("error")}: ${state.result.broken}`]),
    ...violationsText(state, colors),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** The violations of a campaign, with their tokens. */
export function violationsText(state: CampaignState, colors: Colors): readonly string[] {
  const tallies = state.result.tallies.map((tally) => ({ ...tally, doubts: [], unknown: 0 }));
  const violated = tallies.filter(({ findings }) => findings.length > 0);
  if (violated.length === 0) return [];
  const run = fleetRun({ ...state, result: { ...state.result, tallies } });
  return findingsText(run, colors).filter((text) => text.includes("\n"));
}

function workerText({ host, pid, jobs, busy, runs, perSecond }: WorkerReport): string {
  const rate = perSecond < 10 ? perSecond.toFixed(1) : grouped(perSecond);
  return `${host}, process ${pid}: ${busy} of ${counted(jobs, "job")} at work, ${counted(runs, "run")}, ${rate} a second`;
}

function rateOf(workers: readonly WorkerReport[]): number {
  return workers.reduce((sum, { perSecond }) => sum + perSecond, 0);
}
