import {
  checkLinearizableInSlices,
  finishInSlices,
  InterpretError,
  interpreting,
  verdictPage,
  verdictReport,
  verdictText,
  whyText,
  type AnyFileModel,
  type CheckProgress,
  type Format,
  type History,
  type Verdict,
} from "@kontiki/testing";
import { basename } from "node:path";
import { findModel } from "../check/find-model.ts";
import { Allowance, UsedUp } from "../check/allowance.ts";
import {
  readHistory,
  titleOf,
  type FileReading,
  type ReadProgress,
} from "../check/read-history.ts";
import { EXIT_UNKNOWN, verdictStatus, type Host } from "../host/host.ts";
import { badInput } from "../output/check-failure.ts";
import { colorsFor } from "../output/colors.ts";
import { judging } from "../output/judging.ts";
import { Notes } from "../output/notes.ts";
import { expectWritable, writePage } from "../output/pages.ts";
import { write } from "../output/write.ts";

const MIB = 2 ** 20;

export type CheckOptions = FileReading & {
  readonly model: string;
  readonly html?: string;
  readonly json?: true;
  readonly seconds: number;
  readonly memory: number;
};

/** Checks the history in the file `name`, prints the verdict, and resolves to the exit status. */
export function check(name: string, options: CheckOptions, host: Host): Promise<number> {
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
  const allowance = new Allowance(options.seconds * 1000, options.memory * MIB);
  const read = await understood(name, model, options, host, notes, allowance);
  if (read === undefined) return EXIT_UNKNOWN;
  if (read instanceof UsedUp) {
    await write(host.stdout, unread(name, read, model, options));
    return EXIT_UNKNOWN;
  }
  const { history } = read;
  const verdict = await rejecting(titleOf(name), () =>
    search(history, model, allowance, host, notes),
  );
  await write(host.stdout, answer(name, read, model, verdict, options, host));
  if (options.html !== undefined)
    await writePage(options.html, verdictPage(history, model, verdict, basename(titleOf(name))));
  return verdictStatus(verdict.verdict);
}

/** A history in the terms of the model, and the format of its file. */
type Understood = { readonly history: History<unknown, unknown>; readonly format: Format };

/**
 * Reads a history and translates it to the terms of the model. What was read itself is not kept: it can be large. Undefined
 * when the program is interrupted first.
 */
async function understood(
  name: string,
  model: AnyFileModel,
  options: CheckOptions,
  host: Host,
  notes: Notes,
  allowance: Allowance,
): Promise<Understood | UsedUp | undefined> {
  const title = titleOf(name);
  let progress: ReadProgress = { bytesRead: 0, bytes: 0 };
  const reading = readHistory(name, readingOf(options), host, allowance, (now) => {
    progress = now;
  });
  const read = await notes.during(() => readingText(title, progress), reading);
  if (read === undefined || read instanceof UsedUp) return read;
  const { format } = read;
  const history = await rejecting(title, () =>
    finishInSlices(allowance.within(interpreting(read.history, model)), { signal: host.signal }),
  );
  return history === undefined || history instanceof UsedUp ? history : { history, format };
}

function readingText(title: string, { bytesRead, bytes }: ReadProgress): string {
  const mb = (size: number): string => (size / 1e6).toFixed(1);
  return bytes === 0
    ? `reading ${title} ...`
    : `reading ${title}: ${mb(bytesRead)} of ${mb(bytes)} MB ...`;
}

/** The answer when time or memory was used up before the history was read. */
function unread(name: string, { why }: UsedUp, model: AnyFileModel, options: CheckOptions): string {
  if (options.json === true)
    return `${JSON.stringify({ file: name, verdict: "unknown", model: model.name, why, while: "reading" })}\n`;
  return `unknown: ${whyText(why)} while ${titleOf(name)} was read\n`;
}

/** The options of reading alone. */
function readingOf({
  format,
  failedCas,
  independent,
  initial,
  unknownReads,
}: CheckOptions): FileReading {
  return {
    ...(format === undefined ? {} : { format }),
    ...(failedCas === undefined ? {} : { failedCas }),
    ...(independent === undefined ? {} : { independent }),
    ...(initial === undefined ? {} : { initial }),
    ...(unknownReads === undefined ? {} : { unknownReads }),
  };
}

/** Does what needs a history that the model understands. @throws CheckFailure when it does not. */
async function rejecting<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InterpretError)) throw error;
    const { line, message } = error;
    throw badInput(`${title}:${line === undefined ? "" : `${line}:`} ${message}`);
  }
}

async function search(
  history: History<unknown, unknown>,
  model: AnyFileModel,
  allowance: Allowance,
  { signal }: Host,
  notes: Notes,
): Promise<Verdict<unknown, unknown>> {
  let progress: CheckProgress = { placed: 0, operations: 0, configurations: 0 };
  const work = checkLinearizableInSlices(history, model, {
    timeMs: allowance.timeMs,
    memoryBytes: allowance.memoryBytes,
    usedBytes: () => allowance.usedBytes,
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
  { history, format }: Understood,
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
