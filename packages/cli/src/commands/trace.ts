import {
  KontikiError,
  readTrace,
  readTraceFile,
  replayTrace,
  withChanges,
  type Replay,
} from "@kontiki/actors";
import type { State } from "@kontiki/core";
import { Command, InvalidArgumentError, Option } from "commander";
import {
  EXIT_FAILED,
  EXIT_OK,
  EXIT_UNREADABLE,
  interruptedStatus,
  type Host,
} from "../host/host.ts";
import { wholeNumber } from "./options.ts";
import { write } from "../output/output.ts";
import {
  alignedRows,
  openingText,
  TRACE_COLUMNS,
  traceRow,
  type TraceRow,
} from "../render/trace-table.ts";
import { Notes } from "../output/notes.ts";
import { replayHelp, showHelp, traceHelp } from "./trace-help.ts";

/** So many steps are aligned and written at once: a trace may be larger than memory. */
const ROWS_AT_ONCE = 500;

type ShowOptions = { readonly from: number; readonly count?: number };

/** `kontiki trace`: what a node's core did, done again or shown. `done` is told the exit status. */
export function traceCommand(host: Host, done: (status: number) => void): Command {
  const replay = new Command("replay")
    .description("do the steps of a trace again, and compare all states and effects")
    .argument("<file>", "a trace: one line of JSON for every step of a node", fileName)
    .option("--json", "print one JSON object")
    .addHelpText("after", replayHelp)
    .action(async (file: string, options: { readonly json?: true }) =>
      done(await reading(host, file, () => runReplay(file, options.json === true, host))),
    );
  const show = new Command("show")
    .description("print one line for every step of a trace")
    .argument("<file>", "a trace: one line of JSON for every step of a node", fileName)
    .addOption(lineOption("--from <line>", "the first line of the trace to print").default(1))
    .addOption(lineOption("--count <lines>", "how many (default: all)"))
    .addHelpText("after", showHelp)
    .action(async (file: string, options: ShowOptions) =>
      done(await reading(host, file, () => runShow(file, options, host))),
    );
  return new Command("trace")
    .description("look at what a node did, step by step, and do it again")
    .addCommand(replay)
    .addCommand(show)
    .addHelpText("after", traceHelp);
}

const LINES_MAX = Number.MAX_SAFE_INTEGER;

function lineOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(wholeNumber(1, LINES_MAX));
}

function fileName(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("It must be the path of a file.");
}

/** What cannot be read is told apart from what differs. */
async function reading(host: Host, file: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    const place = error.message.includes(file) ? "" : `${file}: `;
    new Notes(host, "kontiki: ").problem(`${place}${error.message}`);
    return EXIT_UNREADABLE;
  }
}

function linesOf(file: string, host: Host): Generator<string> {
  return readTraceFile(file, () =>
    new Notes(host, "kontiki: ").problem(`${file} ends in the middle of a line, which is left out`),
  );
}

async function runReplay(file: string, json: boolean, host: Host): Promise<number> {
  const replay = replayTrace(linesOf(file, host));
  const same = replay.differences.length === 0;
  await write(host.stdout, `${json ? JSON.stringify({ same, ...replay }) : replayText(replay)}\n`);
  return same ? EXIT_OK : EXIT_FAILED;
}

function replayText({ steps, differences }: Replay): string {
  const [first, ...more] = differences;
  if (first === undefined) return `${steps} ${steps === 1 ? "step" : "steps"}, all the same`;
  const others = more.map(({ path }) => path).join(", ");
  return `${first.text}${others === "" ? "" : ` (and ${others})`}`;
}

async function runShow(
  file: string,
  { from, count = LINES_MAX }: ShowOptions,
  host: Host,
): Promise<number> {
  const trace = readTrace(linesOf(file, host));
  let { state } = trace;
  let rows: TraceRow[] = [TRACE_COLUMNS];
  let widths: readonly number[] = [];
  const flush = async (): Promise<void> => {
    const aligned = alignedRows(rows, widths);
    ({ widths } = aligned);
    rows = [];
    await write(host.stdout, aligned.lines.map((line) => `${line}\n`).join(""));
  };
  await write(host.stdout, `${openingText(trace)}\n`);
  for (const traced of trace.steps) {
    if (traced.line >= from + count || host.signal.aborted) break;
    if (traced.outcome.type === "done") state = withChanges(state, traced.outcome) as State;
    if (traced.line >= from) rows.push(traceRow(traced, state));
    if (rows.length >= ROWS_AT_ONCE) await flush();
  }
  await flush();
  return interruptedStatus(host.signal) ?? EXIT_OK;
}
