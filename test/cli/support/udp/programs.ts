import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { readLine, type Line } from "./notation-grammar.ts";
import { temporaryDirectory } from "../kontiki.ts";

const BIN = fileURLToPath(new URL("../../../../packages/cli/dist/bin.js", import.meta.url));

/** Timers short enough for a test, long enough for a busy machine. */
export const FAST = ["--election-timeout", "400", "--heartbeat", "100"];

export type Place = { readonly id: string; readonly port: number };

/** Three nodes on ports that were free a moment ago, and a file that names them. */
export async function freePlaces(): Promise<{
  readonly places: readonly [Place, Place, Place];
  readonly file: string;
}> {
  const sockets = [createSocket("udp4"), createSocket("udp4"), createSocket("udp4")];
  for (const socket of sockets) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  const [a, b, c] = sockets.map((socket) => socket.address().port);
  await Promise.all(
    sockets.map((socket) => new Promise<void>((closed) => void socket.close(closed))),
  );
  const place = (id: string, port = 0): Place => ({ id, port });
  const places = [place("node0", a), place("node1", b), place("node2", c)] as const;
  const file = join(temporaryDirectory(), "nodes.json");
  writeFileSync(file, JSON.stringify({ nodes: places }));
  return { places, file };
}

/** `kontiki udp` in its own process, read line by line. It does not outlive its test. */
export class UdpProcess {
  readonly process: ChildProcessWithoutNullStreams;
  readonly lines: string[] = [];
  stderr = "";
  /** Resolves to the exit status, once the output is complete. */
  readonly exit: Promise<number | null>;
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[]) {
    const { PATH = "" } = process.env;
    this.process = spawn(process.execPath, [BIN, "udp", ...args], { env: { PATH } });
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      this.lines.push(line);
      for (const watch of this.#watchers) watch();
    });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.exit = once(this.process, "close").then(([status]) => status as number | null);
    onTestFinished(() => void this.process.kill("SIGKILL"));
  }

  /** The first line from number `from` on that matches; rejects when the process ends without it. */
  async line(pattern: RegExp, from = 0): Promise<string> {
    let at = from;
    return new Promise((resolve, reject) => {
      const watch = (): void => {
        for (; at < this.lines.length; at += 1) {
          const line = this.lines[at] ?? "";
          if (!pattern.test(line)) continue;
          this.#watchers.delete(watch);
          return resolve(line);
        }
      };
      this.#watchers.add(watch);
      void this.exit.then((status) => {
        watch();
        reject(new Error(`ended with ${status} and without ${pattern}: ${this.stderr}`));
      });
      watch();
    });
  }

  /** Kills it without warning. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.exit;
  }

  /** All complete lines, each read by the notation. The last may be cut when the process was killed. */
  parsed(): readonly Line[] {
    return this.lines.slice(0, -1).map(readLine);
  }
}

/** A socket of a test, to send any bytes and to replace a node. */
export async function testSocket(port = 0): Promise<Socket> {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

/** The log in a line, as one text for each entry. */
export function logEntries(line: string): readonly string[] {
  const found = line.match(/\(\d+,\("[^"]*",-?\d+\)\)/g);
  return found ?? [];
}
