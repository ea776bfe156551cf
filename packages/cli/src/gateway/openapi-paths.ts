import { parameter, ref, type Json } from "./openapi-components.ts";

const json = (schema: Json): Json => ({ "application/json": { schema } });
const error = (description: string): Json => ({ description, content: json(ref("Error")) });

const EVENTS: Json = {
  description: "Events.",
  content: { "text/event-stream": { schema: { type: "string" } } },
};

/** What any request may get. */
const GUARDED: Json = {
  "401": error("The token is missing or wrong."),
  "403": error("The Host, the Origin or the site of the page is not this server's."),
  "405": error("The path has other methods: they are in the header Allow."),
};
const WRONG: Json = { "400": error("The request is wrong, and why.") };
const NOT_DONE: Json = { "503": error("It was definitely not done.") };
const READS: Json = {
  ...GUARDED,
  ...WRONG,
  ...NOT_DONE,
  "422": error("The state machine has refused it."),
};
const WRITES: Json = {
  ...READS,
  "504": error("It may have been done, may still be, or may never be."),
};
const TOO_LARGE: Json = { "413": error("The body, or a value in it, is too large.") };

const READ_PARAMETERS = ["consistency", "node", "timeout"].map(parameter);
const WRITE_PARAMETERS = ["timeout", "idempotencyKey"].map(parameter);
const DONE: Json = { description: "It was done." };
const NO_KEY = error("There is no such key.");

function watchPath(summary: string, parameters: readonly Json[]): Json {
  return {
    get: {
      summary,
      description:
        "Server-sent events, whose ids are places in the log. `begin` tells the entry after which the stream tells everything; " +
        "`changes` what one entry has changed: a list of put (key, value), delete (key) and append (key, the appended value, " +
        "the bytes of the whole); `progress` a place without a change; `gap` that changes up to an entry are missing, so that " +
        "the keys must be read again; `end` that the cluster stops. A slow reader gets everything while it is kept: the " +
        "last 50,000 entries with changes, or 16 MiB of them.",
      parameters,
      responses: {
        ...GUARDED,
        ...WRONG,
        ...NOT_DONE,
        "200": EVENTS,
        "410": error(
          "Changes after this entry are no longer kept, or it is an entry of another log: read the keys again.",
        ),
      },
    },
  };
}

/** The paths and what each answers. A test compares them with the server. */
export const PATHS: Json = {
  "/v1/keys": {
    get: {
      summary: "The pairs whose keys begin with a prefix, in the order of their keys",
      parameters: [...["prefix", "after", "limit"].map(parameter), ...READ_PARAMETERS],
      responses: {
        ...READS,
        "200": {
          description: "The pairs, and whether there are more.",
          content: json(ref("List")),
        },
      },
    },
  },
  "/v1/keys/{key}": {
    parameters: [parameter("key")],
    get: {
      summary: "The value of a key",
      parameters: READ_PARAMETERS,
      responses: {
        ...READS,
        "200": { description: "The value.", content: { "text/plain": { schema: ref("Value") } } },
        "404": NO_KEY,
        "500": error("The value is not Unicode text."),
      },
    },
    put: {
      summary: "Sets a key to the body",
      parameters: WRITE_PARAMETERS,
      requestBody: { required: true, content: { "text/plain": { schema: ref("Value") } } },
      responses: { ...WRITES, ...TOO_LARGE, "204": DONE },
    },
    delete: {
      summary: "Deletes a key",
      parameters: WRITE_PARAMETERS,
      responses: { ...WRITES, "204": DONE, "404": NO_KEY },
    },
  },
  "/v1/cas/{key}": {
    parameters: [parameter("key")],
    post: {
      summary: "Sets a key if it has the expected value",
      parameters: WRITE_PARAMETERS,
      requestBody: { required: true, content: json(ref("CompareAndSet")) },
      responses: {
        ...WRITES,
        ...TOO_LARGE,
        "204": DONE,
        "409": error("The key does not have the expected value. Nothing was changed."),
      },
    },
  },
  "/v1/status": {
    get: {
      summary: "The nodes, as `status --json` has them, and why none leads",
      description:
        "With several hosts each of them is asked, and has a second to answer. Its nodes have its name as `host`. Of those of a " +
        "host that does not answer nothing else is known: `life` is null, and `cause` tells why.",
      responses: {
        ...GUARDED,
        ...WRONG,
        ...NOT_DONE,
        "200": { description: "The nodes.", content: json(ref("Status")) },
      },
    },
  },
  "/v1/events": {
    get: {
      summary: "Events of the nodes as they happen, until the cluster stops",
      description:
        "Server-sent events. The first is `status`, with the nodes; then one for each event of the cluster, whose name is " +
        "its type; `dropped` tells a slow reader how many it has missed; `end` is the last. Changes of keys have streams of their own.",
      responses: {
        ...GUARDED,
        ...WRONG,
        ...NOT_DONE,
        "200": EVENTS,
      },
    },
  },
  "/v1/watch": watchPath(
    "Changes of the keys that begin with a prefix, in the order of the log",
    ["prefix", "afterEntry", "lastEventId"].map(parameter),
  ),
  "/v1/watch/{key}": {
    parameters: [parameter("key")],
    ...watchPath(
      "Changes of a key, in the order of the log",
      ["afterEntry", "lastEventId"].map(parameter),
    ),
  },
  "/metrics": {
    get: {
      summary: "Figures of the nodes in the text format of Prometheus",
      responses: {
        ...GUARDED,
        ...NOT_DONE,
        "200": {
          description: "The figures.",
          content: { "text/plain": { schema: { type: "string" } } },
        },
      },
    },
  },
  "/openapi.json": {
    get: {
      summary: "This document",
      responses: {
        ...GUARDED,
        ...NOT_DONE,
        "200": { description: "The document.", content: json({ type: "object" }) },
      },
    },
  },
};
