import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { natsServerProgram } from "./nats-server.ts";

/** Runs `ip`, which only root may do. */
function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "inherit"] });
}

/**
 * Network namespaces, as machines on one switch: each has a server of NATS that its own host uses, and routes to the servers of
 * the others. A link that is cut is a partition of machines, of servers and of nodes.
 */
export class Namespaces {
  readonly #names: readonly string[];
  readonly #prefix = `kt${process.pid}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "kontiki-namespaces-"));

  constructor(names: readonly string[]) {
    this.#names = names;
    onTestFinished(() => this.#end());
    const hub = this.#space("hub");
    ip("netns", "add", hub);
    ip("-n", hub, "link", "add", "switch", "type", "bridge");
    ip("-n", hub, "link", "set", "switch", "up");
    for (const name of names) {
      const space = this.#space(name);
      ip("netns", "add", space);
      ip(
        "link",
        "add",
        "out",
        "netns",
        space,
        "type",
        "veth",
        "peer",
        "name",
        `to-${name}`,
        "netns",
        hub,
      );
      ip("-n", hub, "link", "set", "dev", `to-${name}`, "master", "switch", "up");
      ip("-n", space, "addr", "add", `${this.#addressOf(name)}/24`, "dev", "out");
      ip("-n", space, "link", "set", "out", "up");
      ip("-n", space, "link", "set", "lo", "up");
    }
  }

  /** The command that runs another one in a namespace. */
  enter(name: string): readonly [string, ...string[]] {
    return ["ip", "netns", "exec", this.#space(name)];
  }

  /** Starts the server of a namespace. It answers its clients at `nats://127.0.0.1:4222`. */
  async startServer(name: string): Promise<void> {
    const routes = this.#names
      .filter((other) => other !== name)
      .map((other) => `"nats-route://${this.#addressOf(other)}:6222"`);
    const config = join(this.#folder, `${name}.conf`);
    const cluster = `cluster { name: tri, listen: "${this.#addressOf(name)}:6222", routes: [${routes.join()}] }`;
    writeFileSync(
      config,
      `listen: "127.0.0.1:4222"\nserver_name: ${name}\nping_interval: "1s"\nping_max: 1\n${cluster}\n`,
    );
    const [program, ...enter] = this.enter(name);
    const server = spawn(program, [...enter, natsServerProgram(), "-c", config], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => void server.kill("SIGKILL"));
    for await (const line of createInterface(server.stderr))
      if (line.includes("Server is ready")) return void server.stderr.resume();
    throw new Error(`the server of ${name} ended`);
  }

  cut(name: string): void {
    ip("-n", this.#space("hub"), "link", "set", "dev", `to-${name}`, "down");
  }

  heal(name: string): void {
    ip("-n", this.#space("hub"), "link", "set", "dev", `to-${name}`, "up");
  }

  #space(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  #addressOf(name: string): string {
    return `10.99.0.${this.#names.indexOf(name) + 1}`;
  }

  #end(): void {
    for (const name of ["hub", ...this.#names])
      try {
        ip("netns", "del", this.#space(name));
      } catch {
        // It was not made.
      }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
