import { run } from "@kontiki/cli";
import type { NodeId } from "@kontiki/core";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { FakeCluster } from "./fake-cluster.ts";
import { FakeHost } from "./fake-host.ts";
import { temporaryDirectory } from "./kontiki.ts";

/** A cluster that tells when `up` has opened its socket: it asks for the leader next. */
class HostedCluster extends FakeCluster {
  #onUp: () => void = () => undefined;
  readonly isUp = new Promise<void>((resolve) => (this.#onUp = resolve));

  override leader(options: Parameters<FakeCluster["leader"]>[0]): Promise<NodeId> {
    this.#onUp();
    return super.leader(options);
  }
}

type Hosted = {
  readonly cluster: HostedCluster;
  readonly host: FakeHost;
  readonly status: Promise<number>;
};

/** A user of this machine, with a folder of its own: the clusters that it serves, and its other terminals. */
export class User {
  readonly state = temporaryDirectory();
  readonly env: Record<string, string> = { XDG_STATE_HOME: this.state };

  /** A cluster that other terminals reach, in this process. */
  async serve(args: readonly string[], tty = false): Promise<Hosted> {
    const cluster = new HostedCluster();
    const host = new FakeHost({ tty, env: this.env });
    const status = run(["up", ...args], host, async (options) => cluster.startedWith(options));
    onTestFinished(() => host.interrupt("SIGTERM"));
    await Promise.race([cluster.isUp, status]);
    return { cluster, host, status };
  }

  /** Another terminal. */
  async elsewhere(
    args: readonly string[],
    input = "",
  ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
    const host = new FakeHost({ env: this.env });
    host.stdin.end(input);
    const status = await run(args, host, () => Promise.reject(new Error("no cluster is started")));
    return { status, stdout: host.stdout.text, stderr: host.stderr.text };
  }

  /** The files that clusters have left in the folder of this user. */
  registered(): readonly string[] {
    return readdirSync(join(this.state, "kontiki/clusters")).toSorted();
  }
}
