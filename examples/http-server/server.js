import { createServer } from "node:http";
import { VALUE_BYTES_MAX } from "@kontiki/actors";

/** What an outcome is to a client. `error` is a command that the state machine refused, such as a key that is too long. */
const STATUS = { ok: 200, error: 400, definitelyNot: 503, unknown: 504 };

/**
 * A key-value store over HTTP. GET /key, PUT /key with the value as body, PUT /key?was=old to replace `old` only.
 *
 * @param {Pick<import("@kontiki/actors").Cluster, "get" | "propose">} cluster
 */
export function keyValueServer(cluster) {
  return createServer((request, response) => {
    void answer(cluster, request)
      .catch((error) => ({ status: error instanceof URIError ? 400 : 500, text: String(error) }))
      .then(({ status, text }) => response.writeHead(status).end(`${text}\n`));
  });
}

/** @typedef {{ readonly status: number, readonly text: string }} Answer */

/**
 * @param {Parameters<typeof keyValueServer>[0]} cluster
 * @param {import("node:http").IncomingMessage} request
 * @returns {Promise<Answer>}
 */
async function answer(cluster, request) {
  const { pathname, searchParams } = new URL(`http://localhost${request.url}`);
  const key = decodeURIComponent(pathname.slice(1));
  if (request.method === "GET") {
    const read = await cluster.get(key);
    if (read.type === "ok" && read.value === null) return { status: 404, text: "no such key" };
    return answerOf(read);
  }
  if (request.method !== "PUT") return { status: 405, text: "only GET and PUT" };
  const value = await bodyOf(request);
  if (value === undefined) return { status: 413, text: "the value is too long" };
  const was = searchParams.get("was");
  if (was === null) return answerOf(await cluster.propose({ type: "put", key, value }));
  const command = /** @type {const} */ ({ type: "compareAndSet", key, expected: was, value });
  const replaced = await cluster.propose(command);
  const isOther = replaced.type === "ok" && replaced.value === false;
  return isOther ? { status: 409, text: "another value is there" } : answerOf(replaced);
}

/**
 * @param {import("@kontiki/actors").Outcome<unknown>} outcome
 * @returns {Answer}
 */
function answerOf(outcome) {
  const status = STATUS[outcome.type];
  if (outcome.type === "ok")
    return { status, text: typeof outcome.value === "string" ? outcome.value : "ok" };
  return { status, text: outcome.type === "error" ? outcome.message : outcome.reason };
}

/**
 * The body as text; undefined when it is longer than any value may be. That too is read to its end, as the client has to
 * send all of it before it reads an answer.
 *
 * @param {AsyncIterable<Buffer>} request
 */
async function bodyOf(request) {
  /** @type {Buffer[]} */
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes <= VALUE_BYTES_MAX) parts.push(part);
  }
  return bytes <= VALUE_BYTES_MAX ? Buffer.concat(parts).toString("utf8") : undefined;
}
