import type { ServerResponse } from "node:http";
import { messageOf } from "../output/error-text.ts";
import { HttpError } from "./http-error.ts";

/** Headers of every answer: it is not kept, its type is not guessed, and no other page may frame it. */
const ALWAYS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** Answers with bytes or text. To a HEAD request `node:http` sends only the headers. */
export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  response.writeHead(status, {
    ...ALWAYS,
    "content-type": type,
    "content-length": bytes.length,
    ...headers,
  });
  response.end(bytes);
}

/** Answers with a value as one line of JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(response, status, "application/json", `${JSON.stringify(value)}\n`, headers);
}

/** Answers without a body. */
export function sendNothing(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, ALWAYS);
  response.end();
}

/** Answers with an error: `{"error": ...}` in one line of JSON. What is no {@link HttpError} is a fault of the server. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    // It is too late for a status: the reader must not take what it has for all.
    response.destroy();
    return;
  }
  const known = error instanceof HttpError ? error : undefined;
  const body = { error: messageOf(error), ...known?.fields };
  sendJson(response, known?.status ?? 500, body, known?.headers);
}

/** Begins an answer of unknown length. */
export function begin(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { ...ALWAYS, ...headers });
}
