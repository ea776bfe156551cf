import { STORY_LEGEND, storyText } from "../replay/story-text.ts";
import type { Plan } from "../plan/plan.ts";
import { count } from "../report/words.ts";
import type { Failure } from "./failure.ts";
import { runLine, type TestPlace } from "./test-place.ts";

/** What is told of a failure beside what is wrong. */
export type FailureTold = Failure & {
  readonly place: TestPlace;
  readonly seed: number;
  /** Whether the nodes have a machine of the tester's own, of which `kontiki replay` knows nothing. */
  readonly isOwn: boolean;
  /** Where the page of it is; undefined for none. */
  readonly page: string | undefined;
};

/** So many lines of a story are told: the page has them all. */
const LINES_MAX = 60;

/** What a reader needs behind what is wrong: the story, how to have it again, and the page. */
export function failureText(told: FailureTold): string {
  const { smallest, page, isUnsteady } = told;
  const lines = smallest.story.slice(-LINES_MAX);
  const skipped = smallest.story.length - lines.length;
  return [
    shrunkText(told),
    ...(isUnsteady ? [lines.length === 0 ? LOST : UNSTEADY] : []),
    "",
    ...(skipped === 0 ? [] : [`(${count(skipped, "line")} before these)`]),
    ...(lines.length === 0 ? [] : [storyText(lines), "", STORY_LEGEND, ""]),
    `replay: ${replayLine(told)}`,
    ...(page === undefined ? [] : [`page: ${page}`]),
  ].join("\n");
}

const UNSTEADY =
  "The same seed gave another run when it was tried again: the machine or the scenario rests on something that is not of the simulation, such as time or chance.";

const LOST =
  "The same seed did not fail when it was tried again, so there is no story: the machine or the scenario rests on something that is not of the simulation, such as time or chance.";

function shrunkText({ seed, smallest, runs, isTimeUp }: FailureTold): string {
  const size = sizeOf(smallest.recorded);
  if (smallest.story.length === 0) return `Seed ${seed}, not shrunk: ${size}.`;
  const made = count(runs, "run");
  return isTimeUp
    ? `Seed ${seed}, shrunk to ${size} (${made}) when time was up: it may go smaller with more shrinkMs.`
    : `Seed ${seed}, shrunk to ${size} (${made}).`;
}

function sizeOf({ nodes, faults, operations }: Plan): string {
  return [
    count(nodes, "node"),
    count(faults.length, "fault"),
    count(operations.length, "operation"),
  ].join(", ");
}

function replayLine({ token, isOwn, seed, place }: FailureTold): string {
  if (token === undefined) return seedLine(seed, place);
  return isOwn ? runLine(`KONTIKI_TOKEN=${token}`, place) : `kontiki replay ${token}`;
}

/** The line that runs a test with this seed alone. */
export function seedLine(seed: number, place: TestPlace): string {
  return runLine(`KONTIKI_SEED=${seed}`, place);
}
