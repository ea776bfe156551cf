import type { CampaignProgress } from "@kontiki/testing";
import { counted, durationText, grouped } from "../render/quantities.ts";

/** The progress of a campaign in one line. `timeMs` is its time limit; undefined when it has none. */
export function campaignProgressText(
  { done, size, violated }: CampaignProgress,
  elapsedMs: number,
  timeMs: number | undefined,
): string {
  const of =
    size === undefined ? counted(done, "run") : `${grouped(done)} of ${counted(size, "run")}`;
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const rate = perSecond < 10 ? perSecond.toFixed(1) : grouped(perSecond);
  const bounds = [
    ...(size === undefined || done === 0 ? [] : [((size - done) * elapsedMs) / done]),
    ...(timeMs === undefined ? [] : [Math.max(0, timeMs - elapsedMs)]),
  ];
  const left = bounds.length === 0 ? "" : `, ${durationText(Math.min(...bounds))} left`;
  return `${of}, ${rate} a second, ${grouped(violated)} violated${left} ...`;
}
