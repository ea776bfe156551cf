import { finishInSlices } from "@kontiki/testing";
import { Command, Option } from "commander";
import { badInput } from "../output/check-failure.ts";
import type { Engines } from "../engines/engines.ts";
import { EXIT_UNKNOWN, verdictStatus, type Host } from "../host/host.ts";
import { judging } from "../output/judging.ts";
import { time } from "./options.ts";
import { write } from "../output/output.ts";
import { counted } from "../render/quantities.ts";
import type { Shrinking } from "../replay/token-subject.ts";
import { outcomeOf, outcomeText } from "../replay/outcome.ts";
import { readSubject } from "../replay/read-subject.ts";
import { runAgain } from "../replay/run-again.ts";
import { shrunkJson, shrunkText } from "../replay/shrunk-text.ts";
import { Notes } from "../output/notes.ts";
import { shrinkHelp } from "./replay-help.ts";

/** Width of a story where there is no terminal to ask. */
const WIDTH = 160;

type ShrinkOptions = { readonly time?: number; readonly json?: true };

/** `kontiki shrink`: the same failure from less. `done` is told the exit status. */
export function shrinkCommand(
  host: Host,
  engines: Engines,
  done: (status: number) => void,
): Command {
  return new Command("shrink")
    .description("take away all that a failure does not need, and tell what is left as a story")
    .argument("<token>", "what a violation was told with")
    .addOption(
      new Option("--time <time>", "end after this time, such as 60s or 8h").argParser(time),
    )
    .option("--json", "print one JSON object")
    .addHelpText("after", shrinkHelp)
    .action((token: string, options: ShrinkOptions) => {
      const notes = new Notes(host, "kontiki: ");
      return judging(host, notes, () => shrink(token, options, host, notes, engines)).then(done);
    });
}

async function shrink(
  token: string,
  { time: timeMs, json }: ShrinkOptions,
  { stdout, signal }: Host,
  notes: Notes,
  engines: Engines,
): Promise<number> {
  const subject = await readSubject(token, engines.readToken);
  if (subject.shrinking === undefined) throw badInput("nothing can be taken away from this token");
  const shown = json === true ? undefined : notes;
  const ends = timeMs === undefined ? signal : AbortSignal.any([signal, engines.deadline(timeMs)]);
  const first = await runAgain(subject, ends, shown);
  if (first === undefined) return ended(signal, notes);
  const outcome = outcomeOf(subject, first);
  if (outcome.type === "another") {
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
  const told = (): string =>
    `${counted(smallest.runs, "run")}, left: ${smallest.subject.about} ...`;
  const end = await (shown === undefined ? work : shown.during(told, work));
  if (end !== undefined) smallest = end;
  const run = await runAgain(smallest.subject, signal, shown);
  const shrunk = { smallest, run, isSmallest: end !== undefined };
  const text = json === true ? shrunkJson(shrunk) : shrunkText(shrunk, stdout.columns ?? WIDTH);
  await write(stdout, text);
  return verdictStatus(run?.verdict ?? "violated");
}

function ended(signal: AbortSignal, notes: Notes): number {
  if (!signal.aborted) notes.problem("--time was over before the token was run once: give more");
  return EXIT_UNKNOWN;
}
