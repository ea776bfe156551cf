import { Fleet, type CampaignWanted, type WorkDone } from "@kontiki/nats";
import type { Job, JobSpec, Tally } from "@kontiki/testing";
import { onTestFinished } from "vitest";
import { fakeJob } from "./fake-runs.ts";
import type { NatsServer } from "./nats-server.ts";

/** A connection to a server that ends with the test. */
export async function openFleet({ url }: NatsServer): Promise<Fleet> {
  const fleet = await Fleet.open({ servers: url });
  onTestFinished(() => fleet.close());
  return fleet;
}

/** Two scenarios, the second twice with each seed. */
export const WANTED: CampaignWanted = {
  name: "campaign",
  scenarios: [
    { name: "one", source: "one" },
    { name: "two", source: "two" },
  ],
  order: [0, 1, 1],
  first: 4_294_967_290,
  count: 23,
  perRange: 4,
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
