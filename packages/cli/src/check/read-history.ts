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
import { readFile } from "node:fs/promises";
import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Host } from "../host/host.ts";
import { badInput } from "../output/check-failure.ts";
import { reasonOf } from "../output/error-text.ts";

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

/**
 * Reads a history from a file, or from standard input if its name is "-"; undefined when the program is interrupted first.
 * Without `format`, the format is detected from the first characters.
 *
 * @throws CheckFailure when the file cannot be read, with line and column of what is broken.
 */
export async function readHistory(
  file: string,
  { format, initial, ...options }: FileReading,
  { stdin, signal }: Pick<Host, "stdin" | "signal">,
): Promise<HistoryFile | undefined> {
  const bytes = await (file === "-" ? inputBytes(stdin, signal) : fileBytes(file));
  if (bytes === undefined) return undefined;
  const title = titleOf(file);
  const text = textOf(bytes, title);
  const known = format ?? formatOf(text);
  if (known === undefined) {
    throw badInput(`${title}: its format is not recognized; use --format to name it`);
  }
  const start = initial === undefined ? {} : { initial: initialValue(initial, known) };
  try {
    const work = parsing(text, known, { ...options, ...start });
    const history = await finishInSlices(work, { signal });
    return history === undefined ? undefined : { history, format: known };
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    const { line, column, message } = error;
    throw badInput(`${title}:${line}:${column}: ${message} (read as ${known})`);
  }
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

async function fileBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw badInput(`cannot read ${file}: ${reasonOf(error)}`);
  }
}

async function inputBytes(
  stdin: Host["stdin"],
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return await buffer(addAbortSignal(signal, stdin));
  } catch (error) {
    if (signal.aborted) return undefined;
    throw badInput(`cannot read standard input: ${reasonOf(error)}`);
  }
}

function textOf(bytes: Uint8Array, title: string): string {
  try {
    // Not `readFile` with an encoding: it would replace invalid bytes without an error.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badInput(`${title} is not valid UTF-8, or too large`);
  }
}
