import type { TextParts } from "@kontiki/testing";
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import type { Host } from "../host/host.ts";
import { badInput } from "../output/check-failure.ts";
import { reasonOf } from "../output/error-text.ts";
import { UsedUp, type Allowance } from "./allowance.ts";

/** Bytes that are read and decoded at once. */
const BLOCK_BYTES = 2 ** 20;

/** The text of a file, read as it is needed, so that a large file is never in memory at once. */
export type HistoryText = {
  /** The text, in parts. */
  readonly parts: Exclude<TextParts, string>;
  /** The size of the file in bytes. */
  readonly bytes: number;
  /** The bytes that were read so far. */
  readonly bytesRead: () => number;
};

type Blocks = Iterable<Uint8Array>;

/**
 * Opens a file, or standard input if its name is "-"; undefined when the program is interrupted first.
 *
 * Standard input and pipes are read to their end at once, because they may wait for their writer.
 *
 * @throws CheckFailure when the file cannot be read, also later from the parts.
 */
export async function openText(
  file: string,
  title: string,
  { stdin, signal }: Pick<Host, "stdin" | "signal">,
  allowance: Allowance,
): Promise<HistoryText | UsedUp | undefined> {
  try {
    const size = file === "-" ? undefined : sizeOf(file);
    if (size !== undefined) return textOf(blocksOf(file, title), size, title);
    const stream = file === "-" ? stdin : createReadStream(file);
    const blocks = await allBlocks(addAbortSignal(signal, stream), allowance);
    if (blocks instanceof UsedUp) return blocks;
    const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
    return textOf(blocks, bytes, title);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw cannotRead(title, error);
  }
}

/** The size of a file in bytes; undefined for a pipe or a device. */
function sizeOf(file: string): number | undefined {
  const stats = statSync(file);
  return stats.isFile() ? stats.size : undefined;
}

async function allBlocks(
  stream: Readable,
  allowance: Allowance,
): Promise<readonly Uint8Array[] | UsedUp> {
  const blocks: Uint8Array[] = [];
  for await (const block of stream) {
    blocks.push(block as Uint8Array);
    const why = allowance.usedUp;
    if (why !== undefined) return new UsedUp(why);
  }
  return blocks;
}

function blocksOf(file: string, title: string): Blocks {
  return {
    *[Symbol.iterator]() {
      try {
        yield* readBlocks(openSync(file, "r"));
      } catch (error) {
        throw cannotRead(title, error);
      }
    },
  };
}

function* readBlocks(descriptor: number): Generator<Uint8Array, void, void> {
  try {
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    for (;;) {
      const length = readSync(descriptor, block);
      if (length === 0) return;
      yield block.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

function textOf(blocks: Blocks, bytes: number, title: string): HistoryText {
  let bytesRead = 0;
  const parts = {
    *[Symbol.iterator]() {
      // A decoder that ignores nothing: one that replaces invalid bytes would read another history.
      const decoder = new TextDecoder("utf-8", { fatal: true });
      bytesRead = 0;
      for (const block of blocks) {
        bytesRead += block.length;
        yield decoded(() => decoder.decode(block, { stream: true }), title);
      }
      yield decoded(() => decoder.decode(), title);
    },
  };
  return { parts, bytes, bytesRead: () => bytesRead };
}

function decoded(decode: () => string, title: string): string {
  try {
    return decode();
  } catch {
    throw badInput(`${title} is not valid UTF-8`);
  }
}

function cannotRead(title: string, error: unknown): Error {
  return badInput(`cannot read ${title}: ${reasonOf(error)}`);
}
