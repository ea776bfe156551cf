import { finishInSlices } from "@kontiki/testing";
import type { Engines } from "../engines/engines.ts";
import { EXIT_UNKNOWN, verdictStatus, type Host } from "../host/host.ts";
import { badInput } from "../output/check-failure.ts";
import { judging } from "../output/judging.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { counted } from "../render/quantities.ts";
import { outcomeOf, outcomeText } from "../replay/outcome.ts";
import { readSubject } from "../replay/read-subject.ts";
import { runAgain } from "../replay/run-again.ts";
import { shrunkJson, shrunkText } from "../replay/shrunk-text.ts";
import type { Shrinking } from "../replay/token-subject.ts";

/** Width of a story where there is no terminal. */
const WIDTH = 160;

export type ShrinkOptions = {
  readonly time?: number;
  readonly whole?: true;
  readonly json?: true;
};

/** Makes the failure of a token smaller, prints it, and resolves to the exit status. */
export function shrink(
  token: string,
  options: ShrinkOptions,
  host: Host,
  engines: Engines,
): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return judging(host, notes, () => shrinkFailure(token, options, host, notes, engines));
}

async function shrinkFailure(
  token: string,
  { time: timeMs, whole, json }: ShrinkOptions,
  { stdout, signal }: Host,
  notes: Notes,
  engines: Engines,
): Promise<number> {
  const subject = await readSubject(token, engines.readToken);
  if (subject.shrinking === undefined) throw badInput("nothing can be removed from this token");
  const shown = json === true ? undefined : notes;
  const ends = timeMs === undefined ? signal : AbortSignal.any([signal, engines.deadline(timeMs)]);
  const first = await runAgain(subject, ends, shown);
  if (first === undefined) return ended(signal, notes);
  const outcome = outcomeOf(subject, first);
  if (outcome.type !== "reproduced") {
    await write(stdout, `${outcomeText(subject, outcome, first)}\n`);
    return verdictStatus(first.verdict);
  }
  let smallest: Shrinking = { runs: 1, token: () => token, subject };
  const work = finishInSlices(subject.shrinking(), {
    signal: ends,
    onProgress(now) {
      smallest = now;
    },
  });
  const progress = (): string =>
    `${counted(smallest.runs, "run")}, left: ${smallest.subject.about} ...`;
  const end = await (shown === undefined ? work : shown.during(progress, work));
  if (end !== undefined) smallest = end;
  const run = await runAgain(smallest.subject, signal, shown);
  const shrunk = { smallest, run, isSmallest: end !== undefined, isWhole: whole === true };
  const text = json === true ? shrunkJson(shrunk) : shrunkText(shrunk, stdout.columns ?? WIDTH);
  await write(stdout, text);
  return verdictStatus(run?.verdict ?? "violated");
}

function ended(signal: AbortSignal, notes: Notes): number {
  if (!signal.aborted) notes.problem("--time ended before the token was run once: give more time");
  return EXIT_UNKNOWN;
}
