import { KontikiError } from "@kontiki/actors";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { badInput } from "../output/check-failure.ts";
import { reasonOf } from "../output/error-text.ts";
import { sendError } from "./respond.ts";

/** Reached from this machine only. */
export const LOOPBACK = "127.0.0.1";

/** How long a client may take to send the headers of a request, and all of it, in ms. */
const HEADERS_MS = 5_000;
const REQUEST_MS = 20_000;

/** How long a connection may be silent while it waits for an answer or does not read one, in ms. */
const SILENCE_MS = 30_000;

/** How long a connection is kept for the next request, in ms. */
const KEEP_ALIVE_MS = 5_000;

/** How long the last answers may take to leave, in ms. */
const GRACE_MS = 100;

const HEADER_BYTES_MAX = 16 * 1024;

/** More connections than this are closed as soon as they come. */
const CONNECTIONS_MAX = 4_096;

/** Answers a request. What it throws or rejects with is the answer: see `sendError`. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Limits that tests lower. */
export type Patience = { readonly headersMs?: number; readonly requestMs?: number };

/**
 * An HTTP server on the loopback interface. Clients that send or read too slowly are cut off.
 */
export class LoopbackServer {
  readonly #server: Server;

  private constructor(
    handle: Handle,
    { headersMs = HEADERS_MS, requestMs = REQUEST_MS }: Patience = {},
  ) {
    this.#server = createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        connectionsCheckingInterval: Math.min(1_000, headersMs),
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: HEADER_BYTES_MAX,
      },
      (request, response) => void answer(handle, request, response),
    );
    this.#server.setTimeout(SILENCE_MS);
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /**
   * Listens at a port; 0 for any that is free.
   *
   * @throws CheckFailure for a port that cannot be used, KontikiError when no port can
   */
  static async listen(port: number, handle: Handle, patience?: Patience): Promise<LoopbackServer> {
    const server = new LoopbackServer(handle, patience);
    try {
      refuseForbidden();
      await server.#bind(port);
      return server;
    } catch (error) {
      const place = `cannot listen at ${LOOPBACK}:${port}`;
      const advice = ADVICE[(error as NodeJS.ErrnoException).code ?? ""];
      if (advice !== undefined) throw badInput(`${place}: ${advice}`);
      throw new KontikiError(`${place}: ${reasonOf(error)}`, { cause: error });
    }
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The start of its addresses, such as `http://127.0.0.1:8080`. */
  get origin(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  /** Ends every connection: at once where nothing is being answered, else when the answer has left, or soon. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), GRACE_MS);
    await closed;
    clearTimeout(timer);
  }

  #bind(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, LOOPBACK, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }
}

async function answer(
  handle: Handle,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // When a connection breaks, no one is left to get an answer.
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  try {
    await handle(request, response);
  } catch (error) {
    sendError(response, error);
  }
}

/** Node throws where nothing can catch it. Before 25 it had no such flag, allowed this, and said that it has no right to. */
function refuseForbidden(): void {
  const { permission } = process as { readonly permission?: NodeJS.ProcessPermission };
  if (permission === undefined || permission.has("net")) return;
  if (process.allowedNodeEnvironmentFlags.has("--allow-net"))
    throw new KontikiError("Node's permission model forbids it; start node with --allow-net");
}

/** What to do about a port that was chosen and cannot be used, by the code of the error. */
const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program uses this port; choose another one, or 0",
  EACCES: "this port needs more rights; choose one from 1024 on, or 0",
};
