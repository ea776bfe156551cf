import {
  finishInSlices,
  formatOf,
  HistoryError,
  parsing,
  type Format,
  type History,
} from "@kontiki/testing";
import { readFile } from "node:fs/promises";
import { badInput, reasonOf } from "../output/check-failure.ts";

/** A history as it is in a file. */
export type HistoryFile = { readonly history: History; readonly format: Format };

/**
 * Reads a file; undefined when `signal` ended that early.
 *
 * The format is told by its first characters where it is not given.
 *
 * @throws CheckFailure when it cannot be read, with line and column where it is broken.
 */
export async function readHistory(
  file: string,
  format: Format | undefined,
  signal: AbortSignal,
): Promise<HistoryFile | undefined> {
  const text = await readText(file);
  const known = format ?? formatOf(text);
  if (known === undefined) {
    throw badInput(`${file}: the format cannot be told from its beginning; name it by --format`);
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
    // Bytes that are no text would become characters that nobody wrote.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badInput(`${file} is not valid UTF-8, or too large`);
  }
}
