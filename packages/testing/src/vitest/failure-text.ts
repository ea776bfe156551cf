import { STORY_LEGEND, storyText } from "../replay/story-text.ts";
import type { Plan } from "../run/plan.ts";
import { count } from "../report/words.ts";
import type { Failure } from "./failure.ts";

/** What is told of a failure beside what is wrong. */
export type FailureTold = Failure & {
  /** The name of the test. */
  readonly name: string;
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
  const { smallest, runs, seed, page, isUnsteady } = told;
  const lines = smallest.story.slice(-LINES_MAX);
  const skipped = smallest.story.length - lines.length;
  return [
    `Seed ${seed}, shrunk to ${sizeOf(smallest.recorded)} (${count(runs, "run")}).`,
    ...(isUnsteady ? [UNSTEADY] : []),
    "",
    ...(skipped === 0 ? [] : [`(${count(skipped, "line")} before these)`]),
    storyText(lines),
    "",
    STORY_LEGEND,
    "",
    `replay: ${replayLine(told)}`,
    ...(page === undefined ? [] : [`page: ${page}`]),
  ].join("\n");
}

const UNSTEADY =
  "The same seed gave another run when it was tried again: the machine or the scenario rests on something that is not of the simulation, such as time or chance.";

function sizeOf({ nodes, faults, operations }: Plan): string {
  return [
    count(nodes, "node"),
    count(faults.length, "fault"),
    count(operations.length, "operation"),
  ].join(", ");
}

function replayLine({ token, isOwn, seed, name }: FailureTold): string {
  const again = `npx vitest run -t ${JSON.stringify(name)}`;
  if (token === undefined) return `KONTIKI_SEED=${seed} ${again}`;
  return isOwn ? `KONTIKI_TOKEN=${token} ${again}` : `kontiki replay ${token}`;
}
