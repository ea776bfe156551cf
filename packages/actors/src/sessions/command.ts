import { getUint32, getUint48, setUint32, setUint48 } from "../bytes/big-endian.ts";
import { ASKED_DEPTH_MAX, encodeSlice } from "../bytes/plain-encoder.ts";
import { sizeOf, viewOf, type Slice } from "../bytes/slice.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** Identifies the client and number of a command, so that a repeat is recognized (dissertation 6.3). */
export type CommandHeader = {
  /** The client's session, below 2^48: see {@link sessionOf}. */
  readonly client: number;
  /**
   * The number of the command within the session, from 1 to {@link SEQUENCE_MAX}; 0 for the command that opens the
   * session. Of a run, that of its first command.
   */
  readonly sequence: number;
  /** The client waits for no answer below this sequence number: those results may be dropped. */
  readonly floor: number;
};

/** Bytes before a command's payload: client, sequence number, and the distance to the floor. */
export const HEADER_BYTES = 16;

/** The highest bit of a sequence number marks a run of commands: see `run.ts`. */
export const SEQUENCE_MAX = 2 ** 47 - 1;

/** The most bytes of a command, header included: space for two of the key-value machine's largest values, for a compare-and-set. */
export const COMMAND_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The most that a sequence number is above its floor, which is stored as this distance in 32 bits. Every node makes room for the
 * results between them, whether or not those commands come. It may only grow. A client with more commands that wait gives up
 * the oldest: they are not applied, or not answered, and end as `unknown`.
 */
export const DISTANCE_MAX = 2 ** 24 - 1;

/** Client numbers are below this: the bits above it in a session's number count the client's sessions. */
const CLIENT_BITS_MAX = 2 ** 40;

/** The number of a client's `nth` session, from 0. After 256 sessions the numbers repeat. */
export function sessionOf(client: number, nth: number): number {
  return client + (nth % 256) * CLIENT_BITS_MAX;
}

/** The client that owns this session, and gets its answers. */
export function clientOf(session: number): number {
  return session % CLIENT_BITS_MAX;
}

/** The sequence number of the command that opens a session. */
export const OPENING = 0;

/**
 * The command that opens a session (dissertation 6.3, RegisterClient): only a header. Instead of a floor it holds the
 * lower 32 bits of an index that the log is known to have reached.
 */
export function openingCommand(session: number, reached: number): CommandBytes {
  const command = new Uint8Array(HEADER_BYTES);
  setUint48(command, 0, session);
  setUint32(command, 12, reached);
  return command;
}

/** Whether a command or a run asks each node for room for more results than there is. */
export function isTooFarAhead(command: CommandBytes): boolean {
  return getUint32(command, 12) > DISTANCE_MAX && !isOpening(command);
}

/** The lower 32 bits of the highest log index that the client knew of when it made this command. */
export function reachedAt(opening: CommandBytes): number {
  return getUint32(opening, 12);
}

/** Whether a command, which is not a run, opens a session. */
export function isOpening(command: CommandBytes): boolean {
  return getUint48(command, 6) === OPENING;
}

/**
 * Encodes the payload of a command, or a question, which has no header. It is never encoded again.
 *
 * @param name what it is, for the error.
 * @throws NotPlainError when it is not plain data.
 */
export function encodeCommand(payload: unknown, name = "command"): Slice {
  return encodeSlice(payload, name, ASKED_DEPTH_MAX);
}

/** A command by itself: a header, and the payload as it is. */
export function commandOf(header: CommandHeader, payload: Slice): CommandBytes {
  const command = new Uint8Array(HEADER_BYTES + sizeOf(payload));
  writeHeader(command, header, 0);
  command.set(viewOf(payload), HEADER_BYTES);
  return command;
}

/** Writes the header of a command, or, with `mark`, that of a run. */
export function writeHeader(
  command: CommandBytes,
  { client, sequence, floor }: CommandHeader,
  mark: number,
): void {
  setUint48(command, 0, client);
  setUint48(command, 6, sequence + mark);
  setUint32(command, 12, Math.min(sequence - floor, DISTANCE_MAX));
}

/** The header of a command or a run for which `isCommand` holds. */
export function headerOf(command: CommandBytes): CommandHeader {
  const marked = getUint48(command, 6);
  const sequence = marked > SEQUENCE_MAX ? marked - (SEQUENCE_MAX + 1) : marked;
  return {
    client: getUint48(command, 0),
    sequence,
    floor: Math.max(0, sequence - getUint32(command, 12)),
  };
}
