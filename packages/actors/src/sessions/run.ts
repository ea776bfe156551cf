import { getUint32, setUint32 } from "../bytes/big-endian.ts";
import { partOf } from "../bytes/part-of.ts";
import { LENGTH_BYTES, sizeOf, type Slice } from "../bytes/slice.ts";
import {
  COMMAND_BYTES_MAX,
  commandOf,
  HEADER_BYTES,
  headerOf,
  isOpening,
  isTooFarAhead,
  OPENING,
  SEQUENCE_MAX,
  writeHeader,
  type CommandHeader,
} from "./command.ts";
import type { CommandBytes } from "../storage/storage.ts";

/**
 * A run: commands of one session with consecutive sequence numbers, in one entry of the log.
 *
 * ```text
 *  0 header as of a command: the session, the number of the first command with its highest bit set, the floor
 * 16 count, u32, from 2
 * 20 each command: the length of its payload, u32, and the payload
 * ```
 *
 * Only clients make runs, and only the layer above the state machine looks into them: to the log, the wire and the disk
 * a run is a command like any other. A command that is alone is a header and its payload, without count and length.
 *
 * @module
 */

/** The most commands of a run, and its most bytes: one that does not fit with others is alone. They may only grow. */
export const RUN_COMMANDS_MAX = 1024;
export const RUN_BYTES_MAX = 256 * 1024;

/** Bytes before the first command of a run. */
const RUN_HEADER_BYTES = HEADER_BYTES + 4;

/** Added to the number of a run's first command. */
const RUN_MARK = SEQUENCE_MAX + 1;

/** Whether bytes that have a header are a run. */
function isRun(bytes: Uint8Array): boolean {
  return ((bytes[6] ?? 0) & 0x80) !== 0;
}

/**
 * Whether bytes can be a command or a run. What is not never gets into a log: a command is long enough for a header and
 * not over the limit, its number is not too far above the floor, and a run's count and lengths add up to exactly its bytes,
 * within the bounds of a run.
 */
export function isCommand(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES || bytes.length > COMMAND_BYTES_MAX) return false;
  if (isTooFarAhead(bytes)) return false;
  return !isRun(bytes) || isWellFormed(bytes);
}

function isWellFormed(run: Uint8Array): boolean {
  const { length } = run;
  if (length < RUN_HEADER_BYTES || length > RUN_BYTES_MAX) return false;
  const [{ sequence }, count] = [headerOf(run), countIn(run)];
  if (count < 2 || count > RUN_COMMANDS_MAX) return false;
  if (sequence === OPENING || sequence + count - 1 > SEQUENCE_MAX) return false;
  let at = RUN_HEADER_BYTES;
  for (let left = count; left > 0; left -= 1) {
    if (at + LENGTH_BYTES > length) return false;
    at += LENGTH_BYTES + getUint32(run, at);
  }
  return at === length;
}

/** How many commands the bytes of an entry hold: 0 if they only open a session. */
export function commandsIn(command: CommandBytes): number {
  if (isRun(command)) return countIn(command);
  return isOpening(command) ? 0 : 1;
}

function countIn(run: Uint8Array): number {
  return getUint32(run, HEADER_BYTES);
}

/** Reads the payloads of a command or a run for which {@link isCommand} holds, one after the other. */
export class PayloadReader {
  /** The present payload is the bytes from here up to {@link to}. */
  from = 0;
  to: number;
  readonly #command: CommandBytes;
  #left: number;
  readonly #isRun: boolean;

  constructor(command: CommandBytes) {
    this.#command = command;
    this.#isRun = isRun(command);
    this.#left = this.#isRun ? countIn(command) : 1;
    this.to = this.#isRun ? RUN_HEADER_BYTES : HEADER_BYTES;
  }

  /** Goes on to the next payload, if there is one. It never reads past the end, whatever the count and the lengths are. */
  next(): boolean {
    if (this.#left === 0 || this.to > this.#command.length) return false;
    this.#left -= 1;
    if (this.#isRun) {
      this.from = this.to + LENGTH_BYTES;
      this.to = this.from + getUint32(this.#command, this.to);
    } else {
      this.from = this.to;
      this.to = this.#command.length;
    }
    return true;
  }
}

/** A command of an entry, for people and checkers. */
export type CommandInEntry = {
  readonly client: number;
  readonly sequence: number;
  readonly floor: number;
  readonly payload: Uint8Array;
};

/** All commands of an entry, in order; for one that opens a session, that with sequence number 0. */
export function eachCommand(command: CommandBytes): readonly CommandInEntry[] {
  const { client, sequence, floor } = headerOf(command);
  const reader = new PayloadReader(command);
  const commands: CommandInEntry[] = [];
  while (reader.next()) {
    const payload = partOf(command, reader.from, reader.to);
    commands.push({ client, sequence: sequence + commands.length, floor, payload });
  }
  return commands;
}

/** Packs commands, which are added in order, into runs. */
export class RunPacker {
  #slices: Slice[] = [];
  #bytes = RUN_HEADER_BYTES;
  #client = 0;
  #first = 0;

  /** Whether a command can be added to the run that was begun: any can begin one. */
  takes(client: number, sequence: number, payload: Slice): boolean {
    const count = this.#slices.length;
    if (count === 0) return true;
    return (
      count < RUN_COMMANDS_MAX &&
      client === this.#client &&
      sequence === this.#first + count &&
      this.#bytes + LENGTH_BYTES + sizeOf(payload) <= RUN_BYTES_MAX
    );
  }

  /** Adds a command that the run {@link takes}. */
  add(client: number, sequence: number, payload: Slice): void {
    if (this.#slices.length === 0) {
      this.#client = client;
      this.#first = sequence;
    }
    this.#slices.push(payload);
    this.#bytes += LENGTH_BYTES + sizeOf(payload);
  }

  /** Ends the run that was begun, if any: a command by itself is not a run. */
  end(floor: number): CommandBytes | undefined {
    const [only] = this.#slices;
    if (only === undefined) return undefined;
    const header = { client: this.#client, sequence: this.#first, floor };
    const packed =
      this.#slices.length === 1
        ? commandOf(header, only)
        : packedRun(header, this.#slices, this.#bytes);
    this.#slices = [];
    this.#bytes = RUN_HEADER_BYTES;
    return packed;
  }
}

function packedRun(header: CommandHeader, slices: readonly Slice[], size: number): CommandBytes {
  const run = new Uint8Array(size);
  writeHeader(run, header, RUN_MARK);
  setUint32(run, HEADER_BYTES, slices.length);
  let at = RUN_HEADER_BYTES;
  for (let first = 0; first < slices.length;) {
    const after = afterNeighbors(slices, first);
    const stretch = between(slices[first], slices[after - 1]);
    run.set(stretch, at);
    at += stretch.length;
    first = after;
  }
  return run;
}

/** The place after the slices from `first` on that follow each other in one buffer, each with its length before it. */
function afterNeighbors(slices: readonly Slice[], first: number): number {
  let after = first + 1;
  for (let last = slices[first]; after < slices.length; after += 1) {
    const next = slices[after];
    if (next?.bytes !== last?.bytes || next?.from !== (last?.to ?? 0) + LENGTH_BYTES) break;
    last = next;
  }
  return after;
}

/** The bytes of neighbors, with the lengths before them. */
function between(first: Slice | undefined, last: Slice | undefined): Uint8Array {
  if (first === undefined || last === undefined) return new Uint8Array(0);
  const { bytes, from } = first;
  const begin = from - LENGTH_BYTES;
  return new Uint8Array(bytes.buffer, bytes.byteOffset + begin, last.to - begin);
}
