import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@kontiki/cli";
import { FakeHost } from "../support/fake-host.ts";

type Body = Readonly<Record<string, unknown>> & { readonly type: string };
type Message = { readonly src: string; readonly dest: string; readonly body: Body };

/** Short, so that elections take little time; long enough for a machine under load. */
const TIMES = ["--election-timeout", "150", "--heartbeat", "30", "--timeout", "1500"];

/** A process under the harness. */
type Process = { readonly host: FakeHost; readonly ended: Promise<number> };

/** What Maelstrom does: starts processes, carries their lines, and asks them as a client. Links can be cut. */
export class MaelstromNetwork {
  readonly #directory = mkdtempSync(join(tmpdir(), "kontiki-maelstrom-test-"));
  readonly #processes = new Map<string, Process>();
  readonly #waiting = new Map<number, (body: Body) => void>();
  #cut = new Set<string>();
  #asked = 0;

  /** Starts all processes and tells them of each other. */
  async begin(nodes: readonly string[]): Promise<void> {
    for (const node of nodes) this.start(node);
    await Promise.all(nodes.map((node) => this.init(node, nodes)));
  }

  start(node: string): void {
    const host = new FakeHost();
    const ended = run(["maelstrom", "--data", this.#directory, ...TIMES], host);
    let rest = "";
    const original = host.stdout._write.bind(host.stdout);
    host.stdout._write = (chunk: string, encoding, done) => {
      rest += chunk;
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#carry(JSON.parse(line) as Message);
      original(chunk, encoding, done);
    };
    this.#processes.set(node, { host, ended });
  }

  init(node: string, nodes: readonly string[]): Promise<Body> {
    return this.ask(node, { type: "init", node_id: node, node_ids: nodes });
  }

  /** Ends a process as Maelstrom does, by the end of its input. Resolves to its status. */
  async end(node: string): Promise<number> {
    const process = this.#processes.get(node);
    this.#processes.delete(node);
    process?.host.stdin.end();
    return process?.ended ?? -1;
  }

  /** Ends all processes and removes their folders. Resolves to their statuses. */
  async endAll(): Promise<readonly number[]> {
    const nodes = [...this.#processes.keys()];
    const statuses = await Promise.all(nodes.map((node) => this.end(node)));
    rmSync(this.#directory, { recursive: true });
    return statuses;
  }

  /** Cuts these nodes off from all others; clients still reach them. */
  cutOff(...nodes: readonly string[]): void {
    this.#cut = new Set(nodes);
  }

  /** Sends a request and resolves to the answer. */
  ask(node: string, body: Body): Promise<Body> {
    this.#asked += 1;
    const msgId = this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(msgId, resolve);
      this.#give({ src: "c1", dest: node, body: { ...body, msg_id: msgId } });
    });
  }

  /** What a process has written on standard error. */
  notesOf(node: string): string {
    return this.#processes.get(node)?.host.stderr.text ?? "";
  }

  #carry(message: Message): void {
    const { src, dest, body } = message;
    if (dest !== "c1") {
      if (this.#cut.has(src) === this.#cut.has(dest)) this.#give(message);
      return;
    }
    const answered = this.#waiting.get(Number(body["in_reply_to"]));
    this.#waiting.delete(Number(body["in_reply_to"]));
    answered?.(body);
  }

  #give(message: Message): void {
    this.#processes.get(message.dest)?.host.stdin.write(`${JSON.stringify(message)}\n`);
  }
}
