import { KontikiError } from "@kontiki/actors";
import type { IncomingMessage, ServerResponse } from "node:http";
import { EventStream } from "../http/event-stream.ts";
import { admit, newToken } from "../http/guard.ts";
import { HttpError } from "../http/http-error.ts";
import { LoopbackServer } from "../http/loopback-server.ts";
import { readJson } from "../http/read-body.ts";
import { send, sendJson } from "../http/respond.ts";
import { dispatch, type Asked, type Route } from "../http/routes.ts";
import type { ProgramCluster } from "../launch/cluster.ts";
import type { SessionFaults } from "../session/context.ts";
import { CommandSession } from "../session/command-session.ts";
import type { LiveHead } from "../view/live.ts";
import { livePage } from "../view/page.ts";
import { LiveRun, type LiveTitle } from "./live-run.ts";
import { Measured } from "./measured.ts";
import { runCommand } from "./run-command.ts";
import { pageVerbs, verbsOfPages } from "./page-verbs.ts";

/** A value may be large; more than the largest command is not read. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** The first event of a stream holds all that is known: more than a reader of single events should let gather. */
const UNREAD_BYTES_MAX = 32 * 1024 * 1024;

/** What a live page is about. */
export type LiveOptions = LiveTitle & {
  /** Aborted when the cluster stops. */
  readonly ended: AbortSignal;
  /** Tells people at the prompt what a command of a page is about to destroy. */
  readonly announce: (text: string) => void;
  /** For its commands that inject faults. */
  readonly faults: SessionFaults;
};

/** Serves a page that shows a running cluster, and runs the commands that the page sends. */
export class LiveServer {
  readonly #server: LoopbackServer;
  readonly #token: string;
  readonly #page: string;
  #onRoutes: (routes: readonly Route[]) => void = () => undefined;
  /** Known when there is a cluster. */
  readonly #routes = new Promise<readonly Route[]>((resolve) => (this.#onRoutes = resolve));
  #shown: { readonly measured: Measured; readonly run: LiveRun } | undefined;

  private constructor(server: LoopbackServer, token: string, page: string) {
    this.#server = server;
    this.#token = token;
    this.#page = page;
  }

  /**
   * Begins to listen; at any free port for 0. Requests wait until there is a cluster: a page that was open before reconnects
   * after a broken connection, and not after an error.
   *
   * @param token what each request must bring; a random one by default
   * @throws KontikiError for a token that can be guessed, CheckFailure for a port that cannot be used, or when the page was not
   *   built
   */
  static async listen(port: number, token: string | undefined): Promise<LiveServer> {
    const page = await livePage();
    const checked = checkedToken(token);
    const server = await LoopbackServer.listen(port, (request, response) =>
      live.#answer(request, response),
    );
    // A request is read in a later turn of the event loop.
    const live = new LiveServer(server, checked, page);
    return live;
  }

  /** Shows this cluster from now on. Returns it for the prompt: what runs there is measured as well. */
  serve(cluster: ProgramCluster, options: LiveOptions): ProgramCluster {
    const begun = performance.now();
    const now = (): number => Math.round((performance.now() - begun) * 10) / 10;
    const measured = new Measured(cluster, now);
    const session = new CommandSession(
      pageVerbs,
      measured.cluster,
      options.ended,
      options.announce,
      options.faults,
    );
    const run = new LiveRun(measured, now, options);
    this.#shown = { measured, run };
    this.#onRoutes(routesOf(this.#page, run, session));
    run.begin();
    return measured.cluster;
  }

  /** The address of the page. */
  get url(): string {
    return `${this.#server.origin}/?token=${this.#token}`;
  }

  /** Tells the pages that the cluster has ended, and closes. */
  async close(): Promise<void> {
    this.#shown?.run.end();
    this.#shown?.measured.stop();
    this.#shown = undefined;
    await this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const tokenInAddress = request.method !== "POST";
    admit(request, { port: this.#server.port, token: this.#token, tokenInAddress });
    await dispatch(await this.#routes, request, response);
  }
}

/** @throws KontikiError for one that can be guessed, or cannot be in an address as it is */
function checkedToken(token: string | undefined): string {
  if (token === undefined || token === "") return newToken();
  if (/^[\w-]{16,256}$/.test(token)) return token;
  throw new KontikiError("KONTIKI_WEB_TOKEN must have 16 to 256 of A-Z, a-z, 0-9, _ and -");
}

function routesOf(page: string, run: LiveRun, session: CommandSession): readonly Route[] {
  return [
    {
      path: "/",
      methods: { GET: ({ response }) => send(response, 200, "text/html; charset=utf-8", page) },
    },
    { path: "/events", methods: { GET: ({ response }) => follow(run, response) } },
    { path: "/commands", methods: { POST: (asked) => command(session, asked) } },
  ];
}

function follow(run: LiveRun, response: ServerResponse): void {
  const stream = new EventStream(response, UNREAD_BYTES_MAX);
  const head: LiveHead = { ...run.soFar(), verbs: verbsOfPages() };
  stream.send("head", head);
  run.follow(stream);
}

async function command(session: CommandSession, { request, response }: Asked): Promise<void> {
  sendJson(response, 200, await runCommand(session, await lineIn(request)));
}

async function lineIn(request: IncomingMessage): Promise<string> {
  const body = await readJson(request, BODY_BYTES_MAX);
  const line = typeof body === "object" && body !== null && "line" in body ? body.line : undefined;
  if (typeof line !== "string" || line.includes("\n"))
    throw new HttpError(400, 'the body must be {"line": "..."}, one command of the prompt');
  return line;
}
