import type { Outcome } from "@kontiki/actors";
import { ASKED_DEPTH_MAX, checkPlain, NotPlainError } from "@kontiki/actors/node";
import type { Json } from "./json.ts";
import type { CasResult, MaelstromCommand, MaelstromQuery } from "./machine.ts";
import { ERROR, errorBody, type Body } from "./message.ts";

/** What a client's request asks of the cluster, and how its outcome is answered. */
export type Request =
  | {
      readonly type: "propose";
      readonly command: MaelstromCommand;
      readonly answer: (result: Json) => Body;
    }
  | {
      readonly type: "read";
      readonly query: MaelstromQuery;
      readonly answer: (result: Json) => Body;
    }
  /** It is answered at once. */
  | { readonly type: "answer"; readonly body: Body };

/** Reads a client's request: of the workloads echo, lin-kv and broadcast. */
export function requestOf(body: Body): Request {
  const lacks = (FIELDS[body.type] ?? []).find((field) => body[field] === undefined);
  if (lacks !== undefined)
    return answer(errorBody(ERROR.malformedRequest, `${body.type} lacks ${lacks}`));
  const flaw = flawOf(body);
  if (flaw !== undefined) return answer(errorBody(ERROR.malformedRequest, flaw));
  const field = (name: string): Json => body[name] ?? null;
  switch (body.type) {
    case "echo":
      return answer({ type: "echo_ok", echo: field("echo") });
    case "topology":
      return answer({ type: "topology_ok" });
    case "read":
      return body["key"] === undefined ? readAll() : readKey(body["key"]);
    case "write":
      return propose({ type: "write", key: field("key"), value: field("value") }, (): Body => ({
        type: "write_ok",
      }));
    case "cas":
      return propose(
        {
          type: "cas",
          key: field("key"),
          from: field("from"),
          to: field("to"),
          create: body["create_if_not_exists"] === true,
        },
        (result) => casAnswer(result as CasResult),
      );
    case "broadcast":
      return propose({ type: "broadcast", message: field("message") }, (): Body => ({
        type: "broadcast_ok",
      }));
    default:
      return answer(errorBody(ERROR.notSupported, `there is no request ${body.type} here`));
  }
}

/**
 * The answer for an outcome. A read that has no answer had no effect, so it ends as `definitelyNot`; a command whose fate is
 * open gets an error that leaves it open.
 */
export function answerFor(outcome: Outcome<Json>, answered: (result: Json) => Body): Body {
  switch (outcome.type) {
    case "ok":
      return answered(outcome.value);
    case "definitelyNot":
      return errorBody(ERROR.temporarilyUnavailable, outcome.reason);
    case "unknown":
      return errorBody(ERROR.timeout, outcome.reason);
    case "error":
      return errorBody(ERROR.crash, outcome.message);
    default:
      return outcome satisfies never;
  }
}

/** The fields that a request must have. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  echo: ["echo"],
  write: ["key", "value"],
  cas: ["key", "from", "to"],
  broadcast: ["message"],
};

/** JSON can hold what a command cannot, such as half of a surrogate pair, and be nested deeper. */
function flawOf(body: Body): string | undefined {
  try {
    checkPlain(body, "body", ASKED_DEPTH_MAX);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotPlainError)) throw error;
    return error.message;
  }
}

function answer(body: Body): Request {
  return { type: "answer", body };
}

function propose(command: MaelstromCommand, answered: (result: Json) => Body): Request {
  return { type: "propose", command, answer: answered };
}

function readKey(key: Json): Request {
  return {
    type: "read",
    query: { type: "read", key },
    answer: (result) => {
      const [value] = result as readonly Json[];
      return value === undefined
        ? errorBody(ERROR.keyDoesNotExist, "there is no such key")
        : { type: "read_ok", value };
    },
  };
}

function readAll(): Request {
  return {
    type: "read",
    query: { type: "messages" },
    answer: (messages) => ({ type: "read_ok", messages }),
  };
}

function casAnswer(result: CasResult): Body {
  switch (result) {
    case "done":
      return { type: "cas_ok" };
    case "absent":
      return errorBody(ERROR.keyDoesNotExist, "there is no such key");
    case "different":
      return errorBody(ERROR.preconditionFailed, "the key has another value");
    default:
      return result satisfies never;
  }
}
