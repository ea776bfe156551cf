import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpError } from "./http-error.ts";

/** A request whose address was read. */
export type Asked = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The decoded rest of a path that ends in `{...}`; "" where it does not. */
  readonly rest: string;
  readonly query: URLSearchParams;
};

/** Answers requests of one path by their methods. */
export type Route = {
  /** `/status`, or `/keys/{key}`, which takes everything after `/keys/`. */
  readonly path: string;
  /** GET answers HEAD as well. */
  readonly methods: Readonly<Partial<Record<Method, (asked: Asked) => void | Promise<void>>>>;
};

export type Method = "GET" | "PUT" | "POST" | "DELETE";

/**
 * Passes a request to its route. Paths are taken as they were sent: `..` is a key like any other.
 *
 * @throws HttpError 404 for an unknown path, 405 for a method that the path does not have, 400 for a path that is not UTF-8
 */
export async function dispatch(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "", ...queries] = (request.url ?? "").split("?");
  const found = routes.flatMap((route) => {
    const rest = restOf(route.path, path);
    return rest === undefined ? [] : [{ route, rest }];
  })[0];
  if (found === undefined) throw new HttpError(404, `there is no ${path.slice(0, 100)} here`);
  const { methods } = found.route;
  const method = request.method === "HEAD" ? "GET" : request.method;
  const handle = methods[method as Method];
  if (handle === undefined) throw wrongMethod(request.method ?? "", methods);
  const query = queries.join("?");
  // What the parser below would silently replace.
  decoded(query);
  await handle({
    request,
    response,
    rest: decoded(found.rest),
    query: new URLSearchParams(query),
  });
}

/** What a path has in the place of `{...}`; undefined if it is none of this route. */
function restOf(pattern: string, path: string): string | undefined {
  const start = pattern.indexOf("{");
  if (start < 0) return path === pattern ? "" : undefined;
  return path.startsWith(pattern.slice(0, start)) ? path.slice(start) : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError(400, "the address must be UTF-8, percent-encoded");
  }
}

function wrongMethod(method: string, methods: Route["methods"]): HttpError {
  const known = Object.keys(methods);
  const allow = (known.includes("GET") ? ["HEAD", ...known] : known).toSorted().join(", ");
  return new HttpError(405, `${method} is not possible here; ${allow} is`, {
    headers: { allow },
  });
}
