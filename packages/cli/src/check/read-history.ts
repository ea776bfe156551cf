import {
  finishInSlices,
  formatOf,
  HistoryError,
  parsing,
  type Format,
  type History,
} from "@kontiki/testing";
import { readFile } from "node:fs/promises";
import { badInput } from "../output/check-failure.ts";
import { reasonOf } from "../output/error-text.ts";

/** The history in a file, and the file's format. */
export type HistoryFile = { readonly history: History; readonly format: Format };

/**
 * Reads a history; undefined when `signal` is aborted first. Without `format`, the format is detected from the first
 * characters.
 *
 * @throws CheckFailure when the file cannot be read, with line and column of what is broken.
 */
export async function readHistory(
  file: string,
  format: Format | undefined,
  signal: AbortSignal,
): Promise<HistoryFile | undefined> {
  const text = await readText(file);
  const known = format ?? formatOf(text);
  if (known === undefined) {
    throw badInput(`${file}: its format is not recognized; use --format to name it`);
  }
  try {
    const history = await finishInSlices(parsing(text, known), { signal });
    return history === undefined ? undefined : { history, format: known };
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    const { line, column, message } = error;
    throw badInput(`${file}:${line}:${column}: ${message} (read as ${known})`);
  }
}

async function readText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw badInput(`cannot read ${file}: ${reasonOf(error)}`);
  }
  try {
    // Not `readFile` with an encoding: it would replace invalid bytes without an error.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badInput(`${file} is not valid UTF-8, or too large`);
  }
}
