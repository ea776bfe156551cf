import { Fleet, type CampaignWanted, type WorkDone } from "@kontiki/nats";
import type { Job, JobSpec, Tally } from "@kontiki/testing";
import { onTestFinished } from "vitest";
import { fakeJob, SPEC } from "./fake-runs.ts";
import type { NatsServer } from "./nats-server.ts";

/** A connection to a server that ends with the test. */
export async function openFleet({ url }: NatsServer): Promise<Fleet> {
  const fleet = await Fleet.open({ servers: url });
  onTestFinished(() => fleet.close());
  return fleet;
}

const { scenarios, order, first, count, perRange } = SPEC;

/** What {@link SPEC} has, as it is asked for. */
export const WANTED: CampaignWanted = {
  name: "campaign",
  scenarios,
  order,
  first,
  count,
  perRange,
};

/** Works on all campaigns of a server until none is left, on jobs that end at once if `startJob` does not say otherwise. */
export function workOff(
  fleet: Fleet,
  startJob: (spec: JobSpec) => Job = () => fakeJob(),
  more: { readonly signal?: AbortSignal; readonly onNote?: (line: string) => void } = {},
): Promise<WorkDone> {
  const { signal = new AbortController().signal, ...rest } = more;
  return fleet.work({ jobs: 2, host: "here", startJob, signal, untilIdle: true, ...rest });
}

/** Tallies as they are after a way through JSON, which leaves out what is undefined. */
export function plain(tallies: readonly Tally[]): unknown {
  return JSON.parse(JSON.stringify(tallies));
}
