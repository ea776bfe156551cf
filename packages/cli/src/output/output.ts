import { access, constants, open, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Writable } from "node:stream";
import { CheckFailure, reasonOf } from "./check-failure.ts";
import { EXIT_TOOL } from "../host/host.ts";

/**
 * Writes all of `text` and waits until the stream takes more.
 *
 * A reader that is slower than the cluster thus slows the commands, and memory stays bounded. A
 * stream that broke takes nothing more; whoever owns it hears of that by its `error`.
 */
export async function write(stream: Writable, text: string): Promise<void> {
  if (stream.destroyed || stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      for (const event of ["drain", "close", "error"]) stream.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error"]) stream.on(event, done);
  });
}

/** Waits until all that was written has left the process, or never will. */
export async function flushed(stream: Writable): Promise<void> {
  if (stream.destroyed) return;
  await new Promise<void>((resolve) => {
    stream.once("close", resolve);
    stream.write("", () => resolve());
  });
}

/** Looks, before long work, whether a page can be written where it is to go. @throws CheckFailure when it cannot. */
export async function expectWritable(path: string): Promise<void> {
  try {
    const there = await open(path, "r+").catch(nothingThere);
    if (there === undefined) await access(dirname(path), constants.W_OK);
    else await there.close();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Writes a page into a file. @throws CheckFailure when that cannot be written: a fault of the tool, and no verdict. */
export async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function cannotWrite(path: string, error: unknown): CheckFailure {
  return new CheckFailure(`cannot write ${path}: ${reasonOf(error)}`, EXIT_TOOL);
}
