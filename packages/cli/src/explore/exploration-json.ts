import { storyOf } from "@kontiki/testing";
import { wordOf, type ExplorationRun } from "./exploration-run.ts";

/** An exploration as one JSON document, in one line. */
export function explorationJson({ bounds, exploration, elapsedMs }: ExplorationRun): string {
  const { violation, verdict, ...rest } = exploration;
  const found =
    violation === undefined
      ? null
      : { text: violation.text, actions: violation.actions, story: storyOf(violation) };
  const document = { verdict: wordOf(verdict), bounds, ...rest, violation: found };
  return `${JSON.stringify({ ...document, elapsedMs: Math.round(elapsedMs) })}\n`;
}
