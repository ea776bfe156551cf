import { storyText } from "@kontiki/testing";
import { Command, Option } from "commander";
import type { Engines } from "../engines/engines.ts";
import { EXIT_UNKNOWN, verdictStatus, type Host } from "../host/host.ts";
import { judging } from "../output/judging.ts";
import { file } from "./options.ts";
import { expectWritable, write, writePage } from "../output/output.ts";
import { outcomeOf, outcomeText } from "../replay/outcome.ts";
import { readSubject } from "../replay/read-subject.ts";
import { runAgain } from "../replay/run-again.ts";
import { Notes } from "../output/notes.ts";
import { replayHelp } from "./replay-help.ts";

/** Width of a story where there is no terminal to ask. */
const WIDTH = 160;

type ReplayOptions = {
  readonly story?: true;
  readonly html?: string;
  readonly json?: true;
};

/** `kontiki replay`: a failure again. `done` is told the exit status. */
export function replayCommand(
  host: Host,
  engines: Engines,
  done: (status: number) => void,
): Command {
  return new Command("replay")
    .description("run a failure again from its token")
    .argument("<token>", "what a violation was told with")
    .option("--story", "tell what happened, a line a transition")
    .addOption(new Option("--html <file>", "also write a page that shows it").argParser(file))
    .option("--json", "print one JSON object")
    .addHelpText("after", replayHelp)
    .action((token: string, options: ReplayOptions) => {
      const notes = new Notes(host, "kontiki: ");
      return judging(host, notes, () => replay(token, options, host, notes, engines)).then(done);
    });
}

async function replay(
  token: string,
  { story, html, json }: ReplayOptions,
  { stdout, signal }: Host,
  notes: Notes,
  engines: Engines,
): Promise<number> {
  const subject = await readSubject(token, engines.readToken);
  if (html !== undefined) await expectWritable(html);
  const run = await runAgain(subject, signal, json === true ? undefined : notes);
  if (run === undefined) return EXIT_UNKNOWN;
  const outcome = outcomeOf(subject, run);
  if (html !== undefined) await writePage(html, run.page());
  if (json === true) {
    const { about, check, hash = null } = subject;
    const { verdict, violations, doubts } = run;
    const came = { verdict, violations, doubts, hash: run.hash ?? null };
    const told = { token, about, expected: { check, hash }, outcome: outcome.type, ...came };
    await write(
      stdout,
      `${JSON.stringify({ ...told, ...(story === true && { story: run.story }) })}\n`,
    );
  } else {
    const head = `${subject.about}\n${outcomeText(subject, outcome, run)}\n`;
    const rest =
      story === true ? `\n${storyText(run.story, { width: stdout.columns ?? WIDTH })}\n` : "";
    await write(stdout, head + rest);
  }
  return verdictStatus(run.verdict);
}
