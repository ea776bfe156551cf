import { isPlainObject } from "./json.ts";
import type { Json } from "./json.ts";

/** A message of Maelstrom's protocol: one JSON object on one line. */
export type MaelstromMessage = {
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
};

/** What a message says. `msg_id` is present if an answer is expected. */
export type Body = { readonly type: string; readonly msg_id?: number } & {
  readonly [field: string]: Json | undefined;
};

/** Maelstrom's error codes. `timeout` and `crash` leave open whether the operation happened; the others say that it did not. */
export const ERROR = {
  timeout: 0,
  notSupported: 10,
  temporarilyUnavailable: 11,
  malformedRequest: 12,
  crash: 13,
  keyDoesNotExist: 20,
  preconditionFailed: 22,
} as const;

/** The body of an error. */
export function errorBody(code: number, text: string): Body {
  return { type: "error", code, text };
}

/** The message in a line, or what is wrong with the line. */
export function parseMessage(line: string): MaelstromMessage | { readonly flaw: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { flaw: "it is not JSON" };
  }
  if (!isPlainObject(value)) return { flaw: "it is not an object" };
  const { src, dest, body } = value;
  if (typeof src !== "string" || typeof dest !== "string")
    return { flaw: "src and dest are texts" };
  if (!isPlainObject(body) || typeof body["type"] !== "string")
    return { flaw: "its body is an object with a type" };
  if (body["msg_id"] !== undefined && typeof body["msg_id"] !== "number")
    return { flaw: "its msg_id is a number" };
  return { src, dest, body: body as Body };
}
