import {
  checkLinearizableInSlices,
  InterpretError,
  interpretHistory,
  verdictPage,
  verdictReport,
  verdictText,
  type AnyFileModel,
  type CheckProgress,
  type History,
  type Verdict,
} from "@kontiki/testing";
import { basename } from "node:path";
import { findModel } from "../check/find-model.ts";
import { readHistory, titleOf, type FileReading, type HistoryFile } from "../check/read-history.ts";
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
  const title = titleOf(name);
  const reading = readHistory(name, readingOf(options), host);
  const read = await notes.during(`reading ${title} ...`, reading);
  if (read === undefined) return EXIT_UNKNOWN;
  const { history, verdict } = await rejecting(title, async () => {
    const interpreted = interpretHistory(read.history, model);
    return {
      history: interpreted,
      verdict: await search(interpreted, model, options, host, notes),
    };
  });
  if (options.html !== undefined) {
    await writePage(options.html, verdictPage(history, model, verdict, basename(title)));
  }
  await write(host.stdout, answer(name, read, history, model, verdict, options, host));
  return verdictStatus(verdict.verdict);
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
    if (error instanceof InterpretError) throw badInput(`${title}: ${error.message}`);
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
