import {
  finishInSlices,
  formatOf,
  HistoryError,
  parseValue,
  parsing,
  type Format,
  type History,
  type ReadingOptions,
  type Value,
} from "@kontiki/testing";
import type { Host } from "../host/host.ts";
import { badInput } from "../output/check-failure.ts";
import { UsedUp, type Allowance } from "./allowance.ts";
import { openText, type HistoryText } from "./history-text.ts";

/** The history in a file, and the file's format. */
export type HistoryFile = { readonly history: History; readonly format: Format };

/** How to read a file; the initial value as it is written in a file of the format. */
export type FileReading = Omit<ReadingOptions, "initial"> & {
  readonly format?: Format;
  readonly initial?: string;
};

/** What people call a file: its name, or "standard input" for "-". */
export function titleOf(file: string): string {
  return file === "-" ? "standard input" : file;
}

/** What is reported while a history is read. */
export type ReadProgress = { readonly bytesRead: number; readonly bytes: number };

/**
 * Reads a history from a file, or from standard input if its name is "-". Undefined when the program is interrupted first.
 * Without `format`, the format is detected from the first characters.
 *
 * @throws CheckFailure when the file cannot be read, with line and column of what is broken.
 */
export async function readHistory(
  file: string,
  { format, initial, ...options }: FileReading,
  host: Pick<Host, "stdin" | "signal">,
  allowance: Allowance,
  onProgress: (progress: ReadProgress) => void = () => {},
): Promise<HistoryFile | UsedUp | undefined> {
  const title = titleOf(file);
  const text = await openText(file, title, host, allowance);
  if (text === undefined || text instanceof UsedUp) return text;
  const known = format ?? formatIn(text);
  if (known === undefined) {
    throw badInput(`${title}: its format is not recognized; use --format to name it`);
  }
  // EDN is read as one text, beside its parts.
  const isTooLarge =
    known === "edn" && 2 * text.bytes > allowance.memoryBytes - allowance.usedBytes;
  if (isTooLarge) return new UsedUp("memory");
  const start = initial === undefined ? {} : { initial: initialValue(initial, known) };
  const { bytes, bytesRead } = text;
  try {
    const work = allowance.within(parsing(text.parts, known, { ...options, ...start }));
    const history = await finishInSlices(work, {
      signal: host.signal,
      onProgress: () => onProgress({ bytesRead: bytesRead(), bytes }),
    });
    if (history === undefined || history instanceof UsedUp) return history;
    return { history, format: known };
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    const { line, column, message } = error;
    throw badInput(`${title}:${line}:${column}: ${message} (read as ${known})`);
  }
}

/** Characters after which a text is of no format: a log may begin with much that is no event. */
const BEGINNING_MAX = 2 ** 23;

/** The format of a text, from as much of its beginning as is needed. */
function formatIn({ parts }: HistoryText): Format | undefined {
  let beginning = "";
  for (const part of parts) {
    beginning += part;
    const format = part === "" ? undefined : formatOf(beginning);
    if (format !== undefined || beginning.length > BEGINNING_MAX) return format;
  }
  return undefined;
}

function initialValue(text: string, format: Format): Value {
  try {
    return parseValue(text, format);
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    const language = format === "jsonl" ? "JSON" : "EDN";
    throw badInput(`--initial ${text} is not a value in ${language}: ${error.message}`);
  }
}
