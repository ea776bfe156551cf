import { sliceText, STORY_LEGEND, storyText } from "../replay/story-text.ts";
import type { Plan } from "../plan/plan.ts";
import { count } from "../report/describe.ts";
import type { Failure } from "./failure.ts";
import { runLine, shellWord, type TestPlace } from "./test-place.ts";

/** A failure, with what its report needs besides. */
export type FailureTold = Failure & {
  readonly place: TestPlace;
  readonly seed: number;
  /** Whether the nodes run a custom machine, which `kontiki replay` does not know. */
  readonly isOwn: boolean;
  /** Path of its page, and of the file with its token; undefined when there is none. */
  readonly page: string | undefined;
  readonly tokenFile: string | undefined;
};

/** Number of story lines in the message. The page has all lines. */
const LINES_MAX = 60;

/** The details after the error message: the story, the line that reproduces it, and the page. */
export function failureText(told: FailureTold): string {
  const { smallest, page, isUnsteady, hang } = told;
  const lines = smallest.slice.lines.slice(-LINES_MAX);
  const skipped = smallest.slice.lines.length - lines.length;
  const about = sliceText(smallest.slice);
  return [
    shrunkText(told),
    ...(hang === undefined
      ? []
      : [`A second run of the same seed did not end: ${hang} has not returned.`]),
    ...(isUnsteady ? [lines.length === 0 ? LOST : UNSTEADY] : []),
    "",
    ...(about === undefined
      ? []
      : [`${about}${page === undefined ? "" : ", all are on the page"}`]),
    ...(skipped === 0 ? [] : [`(${count(skipped, "line")} before these)`]),
    ...(lines.length === 0 ? [] : [storyText(lines), "", STORY_LEGEND, ""]),
    `replay: ${replayLine(told)}`,
    ...(page === undefined ? [] : [`page: ${page}`]),
  ].join("\n");
}

const UNSTEADY =
  "A second run of the same seed was different: the machine or the scenario depends on something outside the simulation, such as time or randomness.";

const LOST =
  "A second run of the same seed did not fail, so there is no story: the machine or the scenario depends on something outside the simulation, such as time or randomness.";

function shrunkText({ seed, smallest, runs, isTimeUp }: FailureTold): string {
  const size = sizeOf(smallest.recorded);
  if (smallest.story.length === 0) return `Seed ${seed}, not shrunk: ${size}.`;
  const made = count(runs, "run");
  return isTimeUp
    ? `Seed ${seed}, shrunk to ${size} (${made}) when time ran out: a larger shrinkMs may shrink it further.`
    : `Seed ${seed}, shrunk to ${size} (${made}).`;
}

function sizeOf({ nodes, faults, operations }: Plan): string {
  return [
    count(nodes, "node"),
    count(faults.length, "fault"),
    count(operations.length, "operation"),
  ].join(", ");
}

/** Short where the token is in a file: a token may have a thousand characters. */
function replayLine({ token, tokenFile, isOwn, seed, place }: FailureTold): string {
  if (token === undefined) return seedLine(seed, place);
  const named = tokenFile === undefined ? token : shellWord(tokenFile);
  return isOwn ? runLine(`KONTIKI_TOKEN=${named}`, place) : `kontiki replay ${named}`;
}

/** The command line that runs a test with only this seed. */
export function seedLine(seed: number, place: TestPlace): string {
  return runLine(`KONTIKI_SEED=${seed}`, place);
}
