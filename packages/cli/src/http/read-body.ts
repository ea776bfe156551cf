import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";

/** The connection ends with the answer: what is left of the body is not read. */
const LAST = { headers: { connection: "close" } };

/** Reads the body of a request. @throws HttpError 413 for one that is too large, without reading the rest */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const tooLarge = (): HttpError =>
    new HttpError(413, `the body of this request has at most ${bytesMax} bytes`, LAST);
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // The answer must still leave, so the connection is not destroyed here.
    const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    for await (const chunk of body) {
      length += chunk.length;
      if (length > bytesMax) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, "the request ended before its body did", LAST);
  }
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
