import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";

/**
 * More of a body that is too large is read and dropped, so that a client that is still sending gets to read the answer: one
 * whose connection is closed meanwhile may not. Beyond this the connection is closed.
 */
const DROPPED_BYTES_MAX = 16 * 1024 * 1024;

/** The connection ends with the answer: what is left of the body is not read. */
const LAST = { headers: { connection: "close" } };

/** Reads the body of a request. @throws HttpError 413 for one that is too large */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const tooLarge = (how = {}): HttpError =>
    new HttpError(413, `the body of this request has at most ${bytesMax} bytes`, how);
  const readMax = bytesMax + DROPPED_BYTES_MAX;
  if (Number(request.headers["content-length"] ?? 0) > readMax) throw tooLarge(LAST);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // The answer must still leave, so the connection is not destroyed here.
    const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    for await (const chunk of body) {
      length += chunk.length;
      if (length > readMax) throw tooLarge(LAST);
      if (length <= bytesMax) chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, "the request ended before its body did", LAST);
  }
  if (length > bytesMax) throw tooLarge();
  return Buffer.concat(chunks);
}

/** Reads a body of text. @throws HttpError 413 for one that is too large, 400 for one that is not UTF-8 */
export async function readText(request: IncomingMessage, bytesMax: number): Promise<string> {
  const bytes = await readBody(request, bytesMax);
  if (!isUtf8(bytes)) throw new HttpError(400, "the body must be UTF-8");
  return bytes.toString("utf8");
}

/** Reads a body of JSON. @throws HttpError 413 for one that is too large, 400 for one that is not JSON in UTF-8 */
export async function readJson(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const text = await readText(request, bytesMax);
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, "the body must be JSON");
  }
}
