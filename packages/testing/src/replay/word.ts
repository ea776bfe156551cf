import { Buffer } from "node:buffer";
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { decode, encode } from "@kontiki/actors/node";
import { DICTIONARY } from "./dictionary.ts";
import { TokenError } from "./token-error.ts";

/** To be raised with each change after which words of before would be read wrongly, the dictionary's included. */
const FORMAT = 1;

const SUM_BYTES = 4;

/** No word is worth more bytes than this. */
const CONTENT_BYTES_MAX = 2 ** 26;

const HINT = "give the whole word that the failure was told with";

/** Plain data as one word: `k`, the format, `-`, and in base64url a CRC-32 and what it sums up. */
export function packWord(data: unknown): string {
  const packed = deflateRawSync(encode(data), { level: 9, dictionary: DICTIONARY });
  const bytes = Buffer.alloc(SUM_BYTES + packed.length);
  bytes.writeUInt32LE(crc32(packed));
  bytes.set(packed, SUM_BYTES);
  return `k${FORMAT}-${bytes.toString("base64url")}`;
}

/** Reads what {@link packWord} wrote. @throws TokenError that says what is wrong with the word. */
export function unpackWord(word: string): unknown {
  const { format, text = "" } = /^k(?<format>\d{1,6})-(?<text>[\w-]*)$/.exec(word)?.groups ?? {};
  if (format === undefined) throw new TokenError(`${shown(word)} is no token: ${HINT}`);
  if (Number(format) !== FORMAT)
    throw new TokenError(
      `the token is of format ${format}, and this version reads format ${FORMAT}: use the version that made it`,
    );
  const bytes = Buffer.from(text, "base64url");
  const packed = bytes.subarray(SUM_BYTES);
  const isWhole =
    packed.length > 0 &&
    bytes.readUInt32LE() === crc32(packed) &&
    bytes.toString("base64url") === text;
  if (!isWhole) throw new TokenError(`the token is damaged: ${HINT}`);
  return content(packed);
}

function content(packed: Uint8Array): unknown {
  try {
    const limits = { dictionary: DICTIONARY, maxOutputLength: CONTENT_BYTES_MAX };
    // Byte strings in it are views of these: they must not become Buffers.
    return decode(new Uint8Array(inflateRawSync(packed, limits)));
  } catch {
    throw new TokenError("the token is whole, but nothing can be read from it: make it anew");
  }
}

const SHOWN_LENGTH = 40;

function shown(word: string): string {
  return JSON.stringify(word.length <= SHOWN_LENGTH ? word : `${word.slice(0, SHOWN_LENGTH)}...`);
}
