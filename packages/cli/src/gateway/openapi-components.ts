import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from "../host/limits.ts";
import { WAIT_MS_MAX } from "./query.ts";

/** A part of the document. */
export type Json = Readonly<Record<string, unknown>>;

/** Refers to one of {@link PARAMETERS}. */
export const parameter = (name: string): Json => ({ $ref: `#/components/parameters/${name}` });

/** Refers to one of {@link SCHEMAS}. */
export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

export const PARAMETERS: Json = {
  key: {
    name: "key",
    in: "path",
    required: true,
    description: "The rest of the path, percent-encoded. A slash may be sent as it is.",
    schema: { type: "string", minLength: 1, maxLength: KEY_BYTES_MAX },
  },
  prefix: query("prefix", { type: "string", default: "" }, "The begin of the keys."),
  after: query("after", { type: "string" }, "Only keys after this one: the last of a list before."),
  afterEntry: query(
    "after",
    { type: "integer", minimum: 0 },
    "The entry after which the stream begins; by default the last one.",
  ),
  lastEventId: {
    name: "Last-Event-ID",
    in: "header",
    description: "The same, from a reader that connects again. It counts more than `after`.",
    schema: { type: "integer", minimum: 0 },
  },
  limit: query(
    "limit",
    { type: "integer", minimum: 1, maximum: 10_000, default: 1000 },
    "How many pairs at most. A list of large values may end before.",
  ),
  consistency: query(
    "consistency",
    { enum: ["linearizable", "lease", "stale"], default: "linearizable" },
    "What the answer must contain. `stale`: what the node that answers has applied.",
  ),
  node: query("node", { type: "string" }, "The node that answers; by default the leader."),
  timeout: query(
    "timeout",
    { type: "integer", minimum: 1, maximum: WAIT_MS_MAX, default: 10_000 },
    "How long to try, in ms.",
  ),
  idempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Makes retries safe: the same request with the same key is done once, and each gets its result. A key is remembered " +
      "for the next 1,000,000 entries of the log and until 10,000 others have come. 503 is about this attempt alone.",
    schema: { type: "string", minLength: 1, maxLength: 256 },
  },
};

function query(name: string, schema: Json, description: string): Json {
  return { name, in: "query", description, schema };
}

export const SCHEMAS: Json = {
  Value: { type: "string", maxLength: VALUE_BYTES_MAX, description: "Text in UTF-8." },
  CompareAndSet: {
    type: "object",
    required: ["expected", "value"],
    additionalProperties: false,
    properties: {
      expected: { type: ["string", "null"], description: "null for a key that is absent." },
      value: { type: "string" },
    },
  },
  List: {
    type: "object",
    required: ["pairs", "more"],
    additionalProperties: false,
    properties: {
      pairs: {
        type: "array",
        items: {
          type: "object",
          required: ["key", "value"],
          additionalProperties: false,
          properties: { key: { type: "string" }, value: { type: "string" } },
        },
      },
      more: { type: "boolean" },
    },
  },
  Status: {
    type: "object",
    required: ["nodes", "noLeader"],
    additionalProperties: false,
    properties: {
      nodes: {
        type: "array",
        items: {
          type: "object",
          required: ["node", "life"],
          properties: {
            node: { type: "string" },
            host: { type: "string", description: "Where it is, if that is another host." },
            life: { type: ["string", "null"] },
            member: { type: ["boolean", "null"], description: "null: not known." },
          },
        },
      },
      noLeader: { type: ["string", "null"], description: "Why no node leads, if that is known." },
    },
  },
  Error: {
    type: "object",
    required: ["error"],
    additionalProperties: false,
    properties: {
      error: { type: "string" },
      outcome: { enum: ["error", "definitelyNot", "unknown"] },
    },
  },
};
