import type { Consistency, ReadOptions } from "@kontiki/actors";
import { HttpError } from "../http/http-error.ts";
import { KEY_BYTES_MAX } from "../host/limits.ts";

const CONSISTENCIES: readonly Consistency[] = ["linearizable", "lease", "stale"];

/** The longest time that a request may wait for the cluster, in ms: less than a silent connection is kept. */
export const WAIT_MS_MAX = 25_000;

/** Parameters that say how long to try, and for reads by whom and how. */
export const WAIT = ["timeout"] as const;
export const READ = ["consistency", "node", ...WAIT] as const;

/** Refuses parameters that a path does not have: a typing error must not change what is asked. @throws HttpError 400 */
export function checkNames(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      const there = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`;
      throw new HttpError(400, `there is no parameter ${shorten(name)}: ${there}`);
    }
    if (query.getAll(name).length > 1)
      throw new HttpError(400, `the parameter ${name} is given twice`);
  }
}

/** How a read is asked. @throws HttpError 400 */
export function readOptions(query: URLSearchParams): ReadOptions {
  const consistency = query.get("consistency") ?? "linearizable";
  const known = CONSISTENCIES.find((each) => each === consistency);
  if (known === undefined)
    throw new HttpError(
      400,
      `a consistency is linearizable, lease or stale, not ${shorten(consistency)}`,
    );
  return { consistency: known, node: query.get("node") ?? undefined, ...waitOptions(query) };
}

/** How long to try. @throws HttpError 400 */
export function waitOptions(query: URLSearchParams): { readonly timeoutMs?: number } {
  const given = query.get("timeout");
  return given === null ? {} : { timeoutMs: wholeNumber("a timeout in ms", given, 1, WAIT_MS_MAX) };
}

/** @throws HttpError 400 */
export function wholeNumber(what: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new HttpError(
    400,
    `${what} must be a whole number from ${min} to ${max}, not ${shorten(text)}`,
  );
}

/** A key, from a path. @throws HttpError 400 */
export function keyOf(rest: string): string {
  if (rest === "") throw new HttpError(400, "a key has at least one character");
  return withinLimit("key", rest);
}

/** A text that is no longer than a key. @throws HttpError 400 */
export function withinLimit(what: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= KEY_BYTES_MAX) return text;
  throw new HttpError(400, `this ${what} has ${bytes} bytes; the most is ${KEY_BYTES_MAX}`);
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
