import { storyOf } from "@kontiki/testing";
import {
  boundsIn,
  isAsRecorded,
  tokenOf,
  verdictOf,
  type ExplorationRun,
} from "./exploration-run.ts";

/** An exploration as one line of JSON. */
export function explorationJson(run: ExplorationRun): string {
  const { exploration, elapsedMs } = run;
  const { violation, verdict, ...rest } = exploration;
  const found =
    violation === undefined
      ? null
      : {
          text: violation.text,
          token: tokenOf(run),
          actions: violation.actions,
          story: storyOf(violation),
        };
  const document = {
    verdict: verdictOf(verdict),
    instance: run.recorded?.name,
    asRecorded: isAsRecorded(run),
    bounds: boundsIn(run),
    ...rest,
    violation: found,
  };
  return `${JSON.stringify({ ...document, elapsedMs: Math.round(elapsedMs) })}\n`;
}
