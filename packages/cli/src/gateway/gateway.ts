import type { IncomingMessage, ServerResponse } from "node:http";
import { admit, newToken } from "../http/guard.ts";
import type { EventStream } from "../http/event-stream.ts";
import { HttpError } from "../http/http-error.ts";
import { LoopbackServer } from "../http/loopback-server.ts";
import { send, sendJson } from "../http/respond.ts";
import { dispatch, type Route } from "../http/routes.ts";
import type { ProgramCluster } from "../launch/cluster.ts";
import { statusJson } from "../session/verbs/status.ts";
import { ChangeLog } from "./change-log.ts";
import { watchRoutes } from "./key-watch.ts";
import { keyRoutes } from "./keys.ts";
import { openApi } from "./openapi.ts";
import { Prometheus } from "./prometheus.ts";
import { checkNames } from "./query.ts";
import type { GatewayReach } from "./reach.ts";
import { Watchers } from "./watchers.ts";

/** What the command line calls a server without a token. */
export const NO_TOKEN = "none";

/** The key-value machine and the state of a cluster over HTTP, on this machine only. */
export class Gateway {
  readonly #server: LoopbackServer;
  readonly #token: string | undefined;
  #routes: readonly Route[] = [];
  readonly #streams = new Set<EventStream>();
  #watchers: Watchers | undefined;
  #changes: ChangeLog | undefined;

  private constructor(server: LoopbackServer, token: string | undefined) {
    this.#server = server;
    this.#token = token;
  }

  /**
   * Listens at a port; 0 for any that is free. Until there is a cluster it answers that it starts.
   *
   * @param token `none` for a server without one; a new one is made when left out
   * @throws CheckFailure, KontikiError when it cannot listen there
   */
  static async listen(port: number, token = newToken()): Promise<Gateway> {
    const server = await LoopbackServer.listen(port, (request, response) =>
      gateway.answer(request, response),
    );
    // A request is read in a later turn of the event loop.
    const gateway = new Gateway(server, token === NO_TOKEN ? undefined : token);
    return gateway;
  }

  get reach(): GatewayReach {
    return { url: this.#server.origin, token: this.#token ?? null };
  }

  /** Answers for this cluster from now on. */
  serve(cluster: ProgramCluster): void {
    this.#watchers = new Watchers(cluster);
    this.#changes = new ChangeLog(cluster);
    this.#routes = [
      ...watchRoutes(this.#changes, this.#streams),
      ...routesOf(cluster, this.#watchers, this.#server.origin),
    ];
  }

  /** Ends all streams and connections. What the nodes have answered leaves before. */
  async close(): Promise<void> {
    this.#watchers?.close();
    this.#changes?.close();
    for (const stream of this.#streams) {
      stream.send("end", {});
      stream.end();
    }
    await this.#server.close();
  }

  /** Answers a request. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    admit(request, { port: this.#server.port, token: this.#token });
    if (this.#watchers === undefined)
      throw new HttpError(503, "the nodes are starting", { fields: { outcome: "definitelyNot" } });
    await dispatch(this.#routes, request, response);
  }
}

/** All paths. */
function routesOf(cluster: ProgramCluster, watchers: Watchers, origin: string): readonly Route[] {
  const prometheus = new Prometheus(cluster);
  return [
    ...keyRoutes(cluster),
    {
      path: "/v1/status",
      methods: {
        GET: async ({ response, query }) => {
          checkNames(query, []);
          sendJson(response, 200, await statusJson(cluster));
        },
      },
    },
    {
      path: "/v1/events",
      methods: {
        GET: async ({ response, query }) => {
          checkNames(query, []);
          await watchers.add(response);
        },
      },
    },
    {
      path: "/metrics",
      methods: {
        GET: async ({ response }) =>
          send(response, 200, prometheus.contentType, await prometheus.text()),
      },
    },
    {
      path: "/openapi.json",
      methods: { GET: ({ response }) => sendJson(response, 200, openApi(origin)) },
    },
  ];
}
