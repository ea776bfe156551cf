import type { Readable } from "node:stream";
import { messageOf } from "../output/error-text.ts";
import { readLines, type InputLine } from "./lines.ts";

/** The lines of standard input. @throws KontikiError when it cannot be read: a folder, or a connection that is broken */
export function standardLines(stdin: Readable): AsyncGenerator<InputLine> {
  return readLines(readable(stdin));
}

/** Names what could not be read: the error itself does not. */
async function* readable(stdin: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stdin as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { KontikiError } = await import("@kontiki/actors");
    throw new KontikiError(`cannot read standard input: ${messageOf(error)}`, { cause: error });
  }
}
