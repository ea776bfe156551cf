import { Buffer, crc32, deflate, inflate } from "#platform";
import { decode, encodePlain } from "@kontiki/actors/node";
import { DICTIONARY } from "./dictionary.ts";
import { TokenError } from "./token-error.ts";

/** Raise this with every change after which old tokens would be read wrongly, including changes of the dictionary. */
const FORMAT = 1;

const SUM_BYTES = 4;

/** The maximum size of the content, against hostile tokens. */
const CONTENT_BYTES_MAX = 2 ** 26;

const HINT = "copy the complete token from the report of the failure";

/** Writes plain data exactly as one word: `k`, the format, `-`, and in base64url a CRC-32 and the compressed data. */
export function packToken(data: unknown): string {
  const packed = deflate(encodePlain(data, "token"), DICTIONARY);
  const bytes = Buffer.alloc(SUM_BYTES + packed.length);
  bytes.writeUInt32LE(crc32(packed));
  bytes.set(packed, SUM_BYTES);
  return `k${FORMAT}-${base64Url(bytes)}`;
}

/** Reads the result of {@link packToken}. @throws TokenError that says what is wrong with the text. */
export function unpackToken(word: string): unknown {
  const { format, text = "" } = /^k(?<format>\d{1,6})-(?<text>[\w-]*)$/.exec(word)?.groups ?? {};
  if (format === undefined) throw new TokenError(`${shown(word)} is not a token: ${HINT}`);
  if (Number(format) !== FORMAT)
    throw new TokenError(
      `the token has format ${format}, but this version reads format ${FORMAT}: use the version that made it`,
    );
  const bytes = Buffer.from(text, "base64");
  const packed = bytes.subarray(SUM_BYTES);
  const isIntact =
    packed.length > 0 && bytes.readUInt32LE() === crc32(packed) && base64Url(bytes) === text;
  if (!isIntact) throw new TokenError(`the token is damaged: ${HINT}`);
  return content(packed);
}

function content(packed: Uint8Array): unknown {
  try {
    return decode(inflate(packed, DICTIONARY, CONTENT_BYTES_MAX));
  } catch {
    throw new TokenError("the token is intact, but cannot be decoded: make it again");
  }
}

/** The alphabet of URLs, without padding: not every `Buffer` has that encoding. */
function base64Url(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const SHOWN_LENGTH = 40;

function shown(word: string): string {
  return JSON.stringify(word.length <= SHOWN_LENGTH ? word : `${word.slice(0, SHOWN_LENGTH)}...`);
}
