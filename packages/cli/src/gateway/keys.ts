/// <reference lib="es2024.string" />
import type { IncomingMessage } from "node:http";
import { VALUE_BYTES_MAX } from "../host/limits.ts";
import { HttpError } from "../http/http-error.ts";
import { readJson, readText } from "../http/read-body.ts";
import { send, sendJson, sendNothing } from "../http/respond.ts";
import type { Asked, Route } from "../http/routes.ts";
import type { ProgramCluster } from "../launch/cluster.ts";
import { resultOf } from "./outcomes.ts";
import {
  checkNames,
  keyOf,
  READ,
  readOptions,
  WAIT,
  waitOptions,
  wholeNumber,
  withinLimit,
} from "./query.ts";

/** The most pairs of one list, and how many there are by default. */
const PAIRS_MAX = 10_000;
const PAIRS = 1_000;

/** A list of more than this, in characters, ends before. One pair is always there. */
const LIST_CHARACTERS_MAX = 4 * 1024 * 1024;

/** Two values as JSON. Where each character is escaped, they must be shorter than the longest values. */
const CAS_BYTES_MAX = 4 * 1024 * 1024;

const IDEMPOTENCY_KEY_MAX = 256;

type Pair = readonly [key: string, value: string];

/** The routes of the key-value machine. */
export function keyRoutes(cluster: ProgramCluster): readonly Route[] {
  return [
    { path: "/v1/keys", methods: { GET: (asked) => list(cluster, asked) } },
    {
      path: "/v1/keys/{key}",
      methods: {
        GET: (asked) => get(cluster, asked),
        PUT: (asked) => put(cluster, asked),
        DELETE: (asked) => remove(cluster, asked),
      },
    },
    { path: "/v1/cas/{key}", methods: { POST: (asked) => compareAndSet(cluster, asked) } },
  ];
}

async function get(cluster: ProgramCluster, { response, rest, query }: Asked): Promise<void> {
  checkNames(query, READ);
  const key = keyOf(rest);
  const value = await resultOf(cluster.read({ type: "get", key }, readOptions(query)));
  if (typeof value !== "string") throw new HttpError(404, "there is no such key");
  if (!value.isWellFormed())
    throw new HttpError(500, "this value is not Unicode text: a list shows it, escaped");
  send(response, 200, "text/plain; charset=utf-8", value);
}

async function list(cluster: ProgramCluster, { response, query }: Asked): Promise<void> {
  checkNames(query, ["prefix", "after", "limit", ...READ]);
  const prefix = withinLimit("prefix", query.get("prefix") ?? "");
  const after = query.get("after");
  const limit = wholeNumber("a limit", query.get("limit") ?? `${PAIRS}`, 1, PAIRS_MAX);
  const question = { type: "list", prefix } as const;
  const all = (await resultOf(cluster.read(question, readOptions(query)))) as readonly Pair[];
  const rest = after === null ? all : all.filter(([key]) => key > after);
  const pairs = firstOf(rest, limit);
  sendJson(response, 200, {
    pairs: pairs.map(([key, value]) => ({ key, value })),
    more: pairs.length < rest.length,
  });
}

function firstOf(pairs: readonly Pair[], limit: number): readonly Pair[] {
  let characters = 0;
  const end = pairs.findIndex(([key, value], at) => {
    characters += key.length + value.length;
    return at === limit || (at > 0 && characters > LIST_CHARACTERS_MAX);
  });
  return end < 0 ? pairs : pairs.slice(0, end);
}

async function put(cluster: ProgramCluster, asked: Asked): Promise<void> {
  checkNames(asked.query, WAIT);
  const [key, options] = [keyOf(asked.rest), proposeOptions(asked)];
  const value = await readText(asked.request, VALUE_BYTES_MAX);
  await resultOf(cluster.propose({ type: "put", key, value }, options));
  sendNothing(asked.response, 204);
}

async function remove(cluster: ProgramCluster, asked: Asked): Promise<void> {
  checkNames(asked.query, WAIT);
  const [key, options] = [keyOf(asked.rest), proposeOptions(asked)];
  const wasThere = await resultOf(cluster.propose({ type: "delete", key }, options));
  if (wasThere !== true) throw new HttpError(404, "there is no such key");
  sendNothing(asked.response, 204);
}

async function compareAndSet(cluster: ProgramCluster, asked: Asked): Promise<void> {
  checkNames(asked.query, WAIT);
  const [key, options] = [keyOf(asked.rest), proposeOptions(asked)];
  const { expected, value } = casOf(await readJson(asked.request, CAS_BYTES_MAX));
  const command = { type: "compareAndSet", key, expected, value } as const;
  const matched = await resultOf(cluster.propose(command, options));
  if (matched !== true) throw new HttpError(409, "the key does not have the expected value");
  sendNothing(asked.response, 204);
}

function casOf(body: unknown): { readonly expected: string | null; readonly value: string } {
  const wrong = new HttpError(
    400,
    'the body must be {"expected": TEXT, "value": TEXT}, with null for a key that is absent',
  );
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw wrong;
  const { expected, value, ...others } = body as Readonly<Record<string, unknown>>;
  if (Object.keys(others).length > 0 || typeof value !== "string") throw wrong;
  if (typeof expected !== "string" && expected !== null) throw wrong;
  for (const text of [expected ?? "", value]) checkValue(text);
  return { expected, value };
}

function checkValue(text: string): void {
  if (!text.isWellFormed())
    throw new HttpError(400, "this value is not Unicode text: it has half of a surrogate pair");
  const bytes = Buffer.byteLength(text);
  if (bytes > VALUE_BYTES_MAX)
    throw new HttpError(413, `this value has ${bytes} bytes; the most is ${VALUE_BYTES_MAX}`);
}

function proposeOptions({ request, query }: Asked): {
  readonly timeoutMs?: number;
  readonly idempotencyKey?: string;
} {
  const key = idempotencyKeyOf(request);
  return { ...waitOptions(query), ...(key === undefined ? {} : { idempotencyKey: key }) };
}

function idempotencyKeyOf({ headers }: IncomingMessage): string | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && key !== "" && key.length <= IDEMPOTENCY_KEY_MAX) return key;
  throw new HttpError(400, `an Idempotency-Key has 1 to ${IDEMPOTENCY_KEY_MAX} characters`);
}
