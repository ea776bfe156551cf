import type { Engines } from "../engines/engines.ts";
import { EXIT_UNKNOWN, verdictStatus, type Host } from "../host/host.ts";
import { judging } from "../output/judging.ts";
import { Notes } from "../output/notes.ts";
import { expectWritable, writePage } from "../output/pages.ts";
import { write } from "../output/write.ts";
import { outcomeOf, outcomeText } from "../replay/outcome.ts";
import { readSubject } from "../replay/read-subject.ts";
import { runAgain } from "../replay/run-again.ts";
import type { Reproduction } from "../replay/token-subject.ts";
import { shownLines, shownText, toldReport } from "../replay/shown-story.ts";

/** Width of a story where there is no terminal. */
const WIDTH = 160;

export type ReplayOptions = {
  readonly story?: true;
  readonly whole?: true;
  readonly html?: string;
  readonly json?: true;
};

/** Reproduces the failure of a token, prints the result, and resolves to the exit status. */
export function replay(
  token: string,
  options: ReplayOptions,
  host: Host,
  engines: Engines,
): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return judging(host, notes, () => reproduce(token, options, host, notes, engines));
}

async function reproduce(
  token: string,
  { story, whole, html, json }: ReplayOptions,
  { stdout, signal }: Host,
  notes: Notes,
  engines: Engines,
): Promise<number> {
  const subject = await readSubject(token, engines.readToken);
  if (html !== undefined) await expectWritable(html);
  const run = await runAgain(subject, signal, json === true ? undefined : notes);
  if (run === undefined) return EXIT_UNKNOWN;
  const outcome = outcomeOf(subject, run);
  const isWhole = whole === true;
  const tells = story === true || isWhole;
  if (json === true) {
    const { about, check, hash = null } = subject;
    const { verdict, violations, doubts } = run;
    const result = { verdict, violations, doubts, hash: run.hash ?? null };
    const shown = { token, about, expected: { check, hash }, outcome: outcome.type, ...result };
    await write(stdout, `${JSON.stringify({ ...shown, ...(tells && storyJson(run, isWhole)) })}\n`);
  } else {
    const head = `${subject.about}\n${outcomeText(subject, outcome, run)}\n`;
    const rest = tells ? `\n${shownText(run, isWhole, stdout.columns ?? WIDTH)}\n` : "";
    await write(stdout, head + rest);
  }
  if (html !== undefined) await writePage(html, run.page());
  return verdictStatus(run.verdict);
}

function storyJson(run: Reproduction, isWhole: boolean): object {
  const sometimes = run.sometimes.map(({ name, at }) => ({ name, at }));
  return { told: toldReport(run, isWhole), story: shownLines(run, isWhole), sometimes };
}
