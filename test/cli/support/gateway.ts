import { onTestFinished } from "vitest";
import { Gateway } from "../../../packages/cli/src/gateway/gateway.ts";
import { FakeCluster } from "./fake-cluster.ts";
import { open, send, withToken, type Answered, type Sent } from "./http.ts";
import type { IncomingMessage } from "node:http";

/** A gateway to a fake cluster. */
export class GatewayStage {
  readonly cluster: FakeCluster;
  readonly gateway: Gateway;
  readonly port: number;
  readonly token: string;

  private constructor(cluster: FakeCluster, gateway: Gateway) {
    const { url, token } = gateway.reach;
    this.cluster = cluster;
    this.gateway = gateway;
    this.port = Number(new URL(url).port);
    this.token = token ?? "";
  }

  static async start(cluster = new FakeCluster()): Promise<GatewayStage> {
    const gateway = await Gateway.listen(0);
    onTestFinished(() => gateway.close());
    gateway.serve(cluster);
    return new GatewayStage(cluster, gateway);
  }

  send(sent: Sent): Promise<Answered> {
    return send(this.port, withToken(this.token, sent));
  }

  open(sent: Sent): Promise<IncomingMessage> {
    return open(this.port, withToken(this.token, sent));
  }

  /** The status of an answer, and its body, read if it is JSON. */
  async ask(sent: Sent): Promise<readonly [status: number, body: unknown]> {
    const { status, headers, body } = await this.send(sent);
    const isJson = headers["content-type"] === "application/json";
    return [status, isJson ? JSON.parse(body) : body];
  }
}
