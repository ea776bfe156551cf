import { run } from "@kontiki/cli";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { FakeHost } from "../support/fake-host.ts";
import { temporaryDirectory } from "../support/kontiki.ts";

type Answers = (line: string) => object | "the end" | undefined;

/** As for a process that is stopped, the kernel takes connections, and answers come only to some lines. */
class SilentOwner {
  readonly state = temporaryDirectory();
  readonly #answers: Answers;
  readonly #waiting = new Map<string, () => void>();
  readonly #heard = new Set<string>();

  constructor(answers: Answers = () => undefined) {
    this.#answers = answers;
    const folder = join(this.state, "kontiki/clusters");
    const socket = join(folder, "lab.sock");
    const entry = { name: "lab", pid: 4242, data: null, socket, log: null, startedAt: 1 };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "lab.json"), JSON.stringify(entry));
    const server = createServer((one) => this.#serve(one)).listen(socket);
    onTestFinished(() => void server.close());
  }

  /** Resolves when this line has come. */
  async heard(line: string): Promise<void> {
    if (this.#heard.has(line)) return;
    await new Promise<void>((resolve) => this.#waiting.set(line, resolve));
  }

  #serve(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    const lines = createInterface(socket).on("error", () => socket.destroy());
    lines.on("line", (line) => {
      this.#heard.add(line);
      this.#waiting.get(line)?.();
      const answer = this.#answers(line);
      if (answer === "the end") socket.destroy();
      else if (answer !== undefined) socket.write(`${JSON.stringify(answer)}\n`);
    });
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  return () => void vi.useRealTimers();
});

function start(args: readonly string[], { state }: SilentOwner, tty = false, input = "") {
  const host = new FakeHost({ tty, env: { XDG_STATE_HOME: state } });
  host.stdin.end(input);
  const status = run(args, host, () => Promise.reject(new Error("no cluster is started")));
  const ended = status.then((value) => ({
    status: value,
    stderr: stripVTControlCharacters(host.stderr.text),
  }));
  return { host, ended };
}

const COMMANDS = [
  ["exec", "lab", "--", "get", "a"],
  ["status"],
  ["status", "--name", "lab", "--watch", "--json"],
  ["logs", "--follow"],
  ["down"],
  ["attach"],
].map((args) => [args] as const);

test.each(COMMANDS)("%j of a silent owner ends with what to do", async (args) => {
  const owner = new SilentOwner();
  const { ended } = start(args, owner, args[0] === "attach");
  await owner.heard("@hello");
  vi.advanceTimersByTime(5000);
  expect(await ended).toEqual({
    status: 1,
    stderr:
      'kontiki: lab: it does not answer within 5 s: its process 4242 is stopped or very busy; "kill -CONT 4242" lets a stopped one continue\n',
  });
});

test.each(COMMANDS)("the first signal ends %j of a silent owner", async (args) => {
  const owner = new SilentOwner();
  const { host, ended } = start(args, owner, args[0] === "attach");
  await owner.heard("@hello");
  host.interrupt("SIGTERM");
  expect(await ended).toEqual({ status: 143, stderr: "" });
});

const greets = (line: string): object | undefined =>
  line === "@hello"
    ? { ok: true, value: { name: "lab", pid: 4242, nodes: ["n1"], others: [] } }
    : undefined;

test("a command may take long, and an interruption that gets no reply ends it", async () => {
  const owner = new SilentOwner(greets);
  const { host, ended } = start(["exec", "lab", "--json", "--", "wait", "converged"], owner);
  await owner.heard("wait converged");
  vi.advanceTimersByTime(3_600_000);
  host.interrupt("SIGINT");
  await owner.heard("@interrupt");
  vi.advanceTimersByTime(5000);
  expect(await ended).toEqual({
    status: 130,
    stderr:
      "kontiki: the cluster has not answered within 5 s: whether the command took effect is unknown\n",
  });
});

test("a cluster that ends before it replies leaves the command unknown, and the later ones undone", async () => {
  const owner = new SilentOwner((line) => (line === 'put k "a b"' ? "the end" : greets(line)));
  const { host, ended } = start(["exec", "lab", "--json"], owner, false, '\nput k "a b"\nget k\n');
  expect(await ended).toEqual({ status: 1, stderr: "" });
  expect(JSON.parse(host.stdout.text)).toEqual({
    ok: false,
    command: ["put", "k", "a b"],
    error: "the cluster ended before it replied",
    outcome: "unknown",
    line: 2,
  });
});

test.each([[null], [5], [[]], [{ ok: true, value: null }], [{ ok: true, value: { name: "lab" } }]])(
  "a socket whose owner answers %j is told from a cluster",
  async (answer) => {
    const { ended } = start(["status"], new SilentOwner(() => answer as object));
    expect(await ended).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /^kontiki: lab: what answers at its socket is no cluster of kontiki \(.*lab\.sock\)\n$/,
      ) as string,
    });
  },
);
