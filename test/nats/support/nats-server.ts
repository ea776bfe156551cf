import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

const PROGRAM = "nats-server";

/** Where Debian installs it, which is not in the PATH of every user. */
const ELSEWHERE = ["/usr/sbin"];

const MISSING = `this is tested against a real NATS server, and this machine has no ${PROGRAM} in PATH: install it (Debian: apt-get install nats-server), or set KONTIKI_NATS_SERVER to its path`;

/** The path of the server's program. A machine without it fails these tests, and the error says what to install. */
export function natsServerProgram(
  env: NodeJS.ProcessEnv = process.env,
  elsewhere: readonly string[] = ELSEWHERE,
): string {
  const { KONTIKI_NATS_SERVER: own, PATH = "" } = env;
  const places = [...PATH.split(delimiter), ...elsewhere].map((folder) => join(folder, PROGRAM));
  const program = own ?? places.find((path) => existsSync(path));
  if (program === undefined) throw new Error(MISSING);
  return program;
}

/** A server of NATS with JetStream on a free port of the loopback. Its store outlives its process. */
export class NatsServer {
  readonly port: number;
  readonly folder: string;
  readonly #config: string;
  #process: ChildProcess | undefined;

  constructor(port: number, config: string, { hasJetStream = true } = {}) {
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), "kontiki-nats-"));
    this.#config = join(this.folder, "server.conf");
    const store = JSON.stringify(join(this.folder, "jetstream"));
    const jetstream = hasJetStream ? `jetstream { store_dir: ${store} }` : "";
    const own = `listen: "127.0.0.1:${port}"\n${jetstream}\n`;
    writeFileSync(this.#config, `${own}${config}\n`);
  }

  /** The URL for clients. */
  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** The id of its process, while it runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it, again if it was stopped, and waits until it takes connections. */
  async start(): Promise<void> {
    const started = spawn(natsServerProgram(), ["-c", this.#config], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = started;
    const lines: string[] = [];
    for await (const line of createInterface(started.stderr)) {
      lines.push(line);
      if (line.includes("Server is ready")) return void started.stderr.resume();
    }
    throw new Error(`nats-server ended: ${lines.join("\n")}`);
  }

  /** Ends its process; its files stay. */
  async stop(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const exit = once(running, "exit");
    running.kill(signal);
    await exit;
  }

  /** Ends it and removes its files. */
  async end(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Starts a server that ends with the test.
 *
 * @param config lines of its configuration beside the port and the store: users, TLS.
 */
export async function startNatsServer(
  config = "",
  more: { readonly hasJetStream?: boolean } = {},
): Promise<NatsServer> {
  const server = new NatsServer(await freePort(), config, more);
  onTestFinished(() => server.end());
  await server.start();
  return server;
}

/** A port of the loopback that no program listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
