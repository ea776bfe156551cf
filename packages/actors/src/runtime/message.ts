import { getUint32, setUint32 } from "../bytes/big-endian.ts";
import { decodeCopy } from "../bytes/codec.ts";
import { encodePlain } from "../bytes/plain-encoder.ts";
import { clientAddress } from "../mailboxes/address.ts";

/**
 * What is in the letters of actors: a byte that says which kind of message it is, a number, and the message as plain data.
 *
 * @module
 */

/** The addresses of the two that are no actors: the supervisor, and the program. */
export const SUPERVISOR = clientAddress(0);
export const PROGRAM = clientAddress(1);

/** The kinds of messages, as their byte. */
const KINDS = {
  /** A message that gets no answer. */
  tell: 0,
  /** A message that gets an answer; its number identifies it. */
  ask: 1,
  /** The answer to the ask of that number. */
  answer: 2,
  /** Actor to supervisor: is that actor running? If not, a `gone` with this number is the answer. */
  watch: 3,
  /** Supervisor to actor: what was watched does not run, or what was asked was not delivered; the body says why. */
  gone: 4,
  /** Actor to supervisor: the end of that actor ends this one, and the other way round, until `unlink`. */
  link: 5,
  unlink: 6,
} as const;

/** A kind of message. */
export type Kind = keyof typeof KINDS;

const NAMES = Object.keys(KINDS) as readonly Kind[];

const HEADER_BYTES = 5;

/** A message as it is in a letter. */
export type Message = { readonly kind: Kind; readonly number: number; readonly body: unknown };

/**
 * Encodes a message.
 *
 * @param what the body is, for the error: "message".
 * @throws NotPlainError when the body is not plain data.
 */
export function encodeMessage(
  kind: Kind,
  number: number,
  body: unknown,
  what = "message",
): Uint8Array<ArrayBuffer> {
  const bytes = encodePlain(body, what, { room: HEADER_BYTES }) as Uint8Array<ArrayBuffer>;
  bytes[0] = KINDS[kind];
  setUint32(bytes, 1, number);
  return bytes;
}

/** Decodes what {@link encodeMessage} encoded. The body belongs to the receiver. */
export function decodeMessage(bytes: Uint8Array): Message {
  const { kind, number } = headerOf(bytes);
  return { kind, number, body: decodeCopy(bytes.subarray(HEADER_BYTES)) };
}

/** The kind and the number of a message, without its body. */
export function headerOf(bytes: Uint8Array): Pick<Message, "kind" | "number"> {
  const kind = NAMES[bytes[0] ?? 0];
  if (kind === undefined) throw new TypeError(`a message of kind ${bytes[0]} is none of these`);
  return { kind, number: getUint32(bytes, 1) };
}
