import {
  checkLinearizableInSlices,
  FORMATS,
  InterpretError,
  interpretHistory,
  models,
  verdictPage,
  verdictReport,
  verdictText,
  type AnyFileModel,
  type CheckProgress,
  type Format,
  type History,
  type Verdict,
} from "@kontiki/testing";
import { Argument, Command, Option } from "commander";
import { basename } from "node:path";
import { badInput } from "../output/check-failure.ts";
import { findModel } from "../check/find-model.ts";
import { readHistory, type HistoryFile } from "../check/read-history.ts";
import { EXIT_UNKNOWN, verdictStatus, type Host } from "../host/host.ts";
import { judging } from "../output/judging.ts";
import { file, seconds, wholeNumber } from "./options.ts";
import { expectWritable, write, writePage } from "../output/output.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";

const DAY_S = 24 * 60 * 60;
const MIB = 2 ** 20;

type CheckOptions = {
  readonly model: string;
  readonly format?: Format;
  readonly html?: string;
  readonly json?: true;
  readonly seconds: number;
  readonly memory: number;
};

/** `kontiki check`: judges a recorded history. `done` is told the exit status. */
export function checkCommand(host: Host, done: (status: number) => void): Command {
  return new Command("check")
    .description("judge whether a recorded history is linearizable, and show why not")
    .addArgument(new Argument("<file>", "the history").argParser(file))
    .addOption(
      new Option(
        "--model <model>",
        `what it is a history of: ${Object.keys(models).join(", ")}, or the path of a module`,
      )
        .argParser(file)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        "--format <format>",
        "how it is written (default: as its beginning shows)",
      ).choices(FORMATS),
    )
    .addOption(new Option("--html <file>", "also write a page that shows it").argParser(file))
    .option("--json", "print one JSON object")
    .addOption(
      new Option("--seconds <s>", "time that the check may take, then it says unknown")
        .argParser(seconds(0.1, DAY_S))
        .default(60),
    )
    .addOption(
      new Option("--memory <mib>", "memory that the search may take, then it says unknown")
        .argParser(wholeNumber(1, 12_288))
        .default(1024, "1024 MiB"),
    )
    .addHelpText("after", CHECK_HELP)
    .action(async (name: string, options: CheckOptions) => done(await check(name, options, host)));
}

const CHECK_HELP = `
Examples:
  $ kontiki check history.jsonl --model key-value
  $ kontiki check jepsen.log --model register --html report.html
  $ kontiki check history.edn --model ./my-model.js --seconds 600 --json

A history is linearizable if each operation can have taken effect at one moment between its call and
its return, so that the model explains all that was returned. Operations that never returned may have
taken effect at any time after their call, or never; those that failed did not.

Models: register (read, write, cas), key-value (get, put, append, delete, cas; each key for itself),
list-append (append, read), queue (enqueue, dequeue), lock (acquire, release), set (add, remove,
contains, read). A module of your own has a FileModel of @kontiki/testing as its default export.

Formats: a Jepsen test's log (jepsen), a Jepsen history (edn), or one JSON object a line (jsonl):
  {"type":"operation","process":"c1","f":"write","value":3,"call":0,"return":4,"status":"ok"}
  {"type":"operation","process":"c2","f":"read","call":1,"return":5,"status":"ok","output":3}
  {"type":"operation","process":"c1","f":"write","value":4,"call":6,"status":"open"}
"key" names the object, "status" is ok, failed or open, and "order", if all that returned have it, is
the place in a claimed order such as the log's, which is verified and saves the search. The first line
may be {"type":"history","version":1,"unit":"ms"}, for ns, us, ms or s. Lines of "type" "fault" ("text",
"from", "to", "node") and "leader" ("node", "from", "to", "term") are shown on the page.

Exit status: 0 valid, 1 violated, 2 bad usage or a broken history, 3 unknown, 4 an error of the tool,
130 interrupted by Ctrl-C.`;

function check(name: string, options: CheckOptions, host: Host): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return judging(host, notes, () => judge(name, options, host, notes));
}

async function judge(
  name: string,
  options: CheckOptions,
  host: Host,
  notes: Notes,
): Promise<number> {
  const model = await findModel(options.model);
  if (options.html !== undefined) await expectWritable(options.html);
  const reading = readHistory(name, options.format, host.signal);
  const read = await notes.during(`reading ${name} ...`, reading);
  if (read === undefined) return EXIT_UNKNOWN;
  const history = interpreted(name, read, model);
  const verdict = await search(history, model, options, host, notes);
  if (options.html !== undefined) {
    await writePage(options.html, verdictPage(history, model, verdict, basename(name)));
  }
  await write(host.stdout, answer(name, read, history, model, verdict, options, host));
  return verdictStatus(verdict.verdict);
}

function interpreted(
  name: string,
  { history }: HistoryFile,
  model: AnyFileModel,
): History<unknown, unknown> {
  try {
    return interpretHistory(history, model);
  } catch (error) {
    if (error instanceof InterpretError) throw badInput(`${name}: ${error.message}`);
    throw error;
  }
}

async function search(
  history: History<unknown, unknown>,
  model: AnyFileModel,
  options: CheckOptions,
  { signal }: Host,
  notes: Notes,
): Promise<Verdict<unknown, unknown>> {
  let progress: CheckProgress = { placed: 0, operations: 0, configurations: 0 };
  const work = checkLinearizableInSlices(history, model, {
    timeMs: options.seconds * 1000,
    memoryBytes: options.memory * MIB,
    signal,
    onProgress(now) {
      progress = now;
    },
  });
  return notes.during(() => progressText(progress), work);
}

function progressText({ placed, operations, configurations }: CheckProgress): string {
  return `checking: ${placed} of ${operations} operations placed, ${configurations} configurations ...`;
}

function answer(
  name: string,
  { format }: HistoryFile,
  history: History<unknown, unknown>,
  model: AnyFileModel,
  verdict: Verdict<unknown, unknown>,
  options: CheckOptions,
  { stdout, env }: Host,
): string {
  if (options.json === true) {
    return `${JSON.stringify({ file: name, format, ...verdictReport(history, model, verdict) })}\n`;
  }
  const { green, red } = colorsFor(stdout, env);
  return verdictText(history, model, verdict, { good: green, bad: red });
}
