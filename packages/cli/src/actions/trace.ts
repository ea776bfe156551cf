import {
  KontikiError,
  readTrace,
  readTraceFile,
  replayingTrace,
  withChanges,
  type Replay,
} from "@kontiki/actors";
import type { State } from "@kontiki/core";
import { setImmediate as nextTurn } from "node:timers/promises";
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, interruptedStatus, type Host } from "../host/host.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import {
  alignedRows,
  openingText,
  TRACE_COLUMNS,
  traceRow,
  type TraceRow,
} from "../render/trace-table.ts";

/** This many steps are aligned and written at once: a trace may be larger than memory. */
const ROWS_AT_ONCE = 500;

/** Signals are seen after this many steps. */
const STEPS_AT_ONCE = 256;

export type ShowOptions = { readonly from: number; readonly count?: number };

/** Repeats the steps of a trace and prints what differs. Resolves to the exit status. */
export function replayTraceFile(path: string, json: boolean, host: Host): Promise<number> {
  return reading(host, path, () => runReplay(path, json, host));
}

/** Prints the steps of a trace. Resolves to the exit status. */
export function showTraceFile(path: string, options: ShowOptions, host: Host): Promise<number> {
  return reading(host, path, () => runShow(path, options, host));
}

/** Gives a file that cannot be read another exit status than a step that differs. */
async function reading(host: Host, file: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    const place = error.message.includes(file) ? "" : `${file}: `;
    new Notes(host, "kontiki: ").problem(`${place}${error.message}`);
    return EXIT_USAGE;
  }
}

function linesOf(file: string, host: Host): Generator<string> {
  return readTraceFile(file, () =>
    new Notes(host, "kontiki: ").problem(`${file} ends in the middle of a line, which is left out`),
  );
}

async function runReplay(file: string, json: boolean, host: Host): Promise<number> {
  const replay = await unlessInterrupted(replayingTrace(linesOf(file, host)), host);
  if (replay === undefined) return interruptedStatus(host.signal) ?? EXIT_FAILED;
  const same = replay.differences.length === 0;
  await write(host.stdout, `${json ? JSON.stringify({ same, ...replay }) : replayText(replay)}\n`);
  return same ? EXIT_OK : EXIT_FAILED;
}

/** The result of a replay, which may take minutes; undefined when the program is interrupted first. */
async function unlessInterrupted(
  steps: Generator<void, Replay>,
  { signal }: Host,
): Promise<Replay | undefined> {
  for (let count = 1; !signal.aborted; count += 1) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (count % STEPS_AT_ONCE === 0) await nextTurn();
  }
  return undefined;
}

function replayText({ steps, differences }: Replay): string {
  const [first, ...more] = differences;
  if (first === undefined) return `${steps} ${steps === 1 ? "step" : "steps"}, all the same`;
  const others = more.map(({ path }) => path).join(", ");
  return `${first.text}${others === "" ? "" : ` (and ${others})`}`;
}

async function runShow(
  file: string,
  { from, count = Infinity }: ShowOptions,
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
    if (traced.line % STEPS_AT_ONCE === 0) await nextTurn();
  }
  await flush();
  return interruptedStatus(host.signal) ?? EXIT_OK;
}
