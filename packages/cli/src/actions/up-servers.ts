import type { Gateway } from "../gateway/gateway.ts";
import type { Host } from "../host/host.ts";
import type { LiveServer } from "../web/live-server.ts";

/** What the command line says about HTTP. */
export type ServerOptions = {
  readonly http?: number;
  readonly token?: string;
  /** The port of the live page; 0 for any that is free. */
  readonly web?: number;
};

/** The HTTP servers of a cluster: its gateway and its live page, where they are wanted. */
export class UpServers {
  readonly gateway: Gateway | undefined;
  readonly page: LiveServer | undefined;

  private constructor(gateway: Gateway | undefined, page: LiveServer | undefined) {
    this.gateway = gateway;
    this.page = page;
  }

  /**
   * Listens. This comes before anything starts, so that a port that cannot be used leaves nothing behind.
   *
   * @throws CheckFailure, KontikiError
   */
  static async listen({ http, token, web }: ServerOptions, { env }: Host): Promise<UpServers> {
    const gateway = await gatewayAt(http, token);
    try {
      return new UpServers(gateway, await pageAt(web, env["KONTIKI_WEB_TOKEN"]));
    } catch (error) {
      await gateway?.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.page?.close();
    await this.gateway?.close();
  }
}

async function gatewayAt(
  port: number | undefined,
  token: string | undefined,
): Promise<Gateway | undefined> {
  if (port === undefined) return undefined;
  const { Gateway } = await import("../gateway/gateway.ts");
  return Gateway.listen(port, token);
}

async function pageAt(
  port: number | undefined,
  token: string | undefined,
): Promise<LiveServer | undefined> {
  if (port === undefined) return undefined;
  const { LiveServer } = await import("../web/live-server.ts");
  return LiveServer.listen(port, token);
}
