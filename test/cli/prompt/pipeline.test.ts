import { run } from "@kontiki/cli";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { KeyValueCommand, KeyValueResult, Outcome } from "@kontiki/actors";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost, runOnFake } from "../support/fake-host.ts";
import { Kontiki, kontiki, objects, temporaryDirectory, type Exit } from "../support/kontiki.ts";

/** A cluster whose answers come when the test lets them. */
class SlowCluster extends FakeCluster {
  /** The proposals and reads that wait, by what they are. */
  readonly waiting = new Map<string, () => void>();

  override async propose(command: KeyValueCommand): Promise<Outcome<KeyValueResult>> {
    await this.#wait(command);
    return super.propose(command);
  }

  override async read(question: KeyValueCommand): Promise<Outcome<KeyValueResult>> {
    await this.#wait(question);
    return super.read(question);
  }

  /** Answers, and gives the lines that follow the time to begin. */
  async answer(...whats: readonly string[]): Promise<void> {
    for (const what of whats) {
      this.waiting.get(what)?.();
      this.waiting.delete(what);
    }
    await nextTurn();
    await nextTurn();
  }

  #wait(command: KeyValueCommand): Promise<void> {
    const { type } = command;
    const what = "key" in command ? `${type} ${command.key}` : type;
    return new Promise((resolve) => void this.waiting.set(what, resolve));
  }
}

/** A pipe into a slow cluster: what waits for an answer, and what is on the output. */
class Piped {
  readonly cluster = new SlowCluster();
  readonly host = new FakeHost();
  readonly status: Promise<number>;

  constructor(width: number, ...lines: readonly string[]) {
    this.host.stdin.end(lines.join("\n"));
    const args = ["up", "--memory", "--pipeline", `${width}`];
    this.status = run(args, this.host, async () => this.cluster);
  }

  /** What waits, once something does. */
  async waiting(): Promise<readonly string[]> {
    while (this.cluster.waiting.size === 0) await nextTurn();
    await nextTurn();
    return [...this.cluster.waiting.keys()];
  }
}

describe("with --pipeline", () => {
  test("commands of different keys run at once, and replies have the order of the input", async () => {
    const pipe = new Piped(8, "put a 1", "append b 22", "get c");
    expect(await pipe.waiting()).toEqual(["put a", "append b", "get c"]);
    await pipe.cluster.answer("get c", "append b");
    expect(pipe.host.stdout.text).toBe("");
    await pipe.cluster.answer("put a");
    expect(await pipe.status).toBe(0);
    expect(pipe.host.stdout.text).toBe("ok\nok, 2 bytes\n(absent)\n");
  });

  test("commands of one key run in order, and later ones of other keys go on", async () => {
    const pipe = new Piped(8, "put a 1", "append a 2", "put b 3", "get a");
    expect(await pipe.waiting()).toEqual(["put a", "put b"]);
    await pipe.cluster.answer("put b", "put a");
    expect(await pipe.waiting()).toEqual(["append a"]);
    await pipe.cluster.answer("append a");
    expect(await pipe.waiting()).toEqual(["get a"]);
    await pipe.cluster.answer("get a");
    expect(await pipe.status).toBe(0);
    expect(pipe.host.stdout.text).toBe("ok\nok, 2 bytes\nok\n12\n");
  });

  test("every other command waits for all before it, and holds up all after it", async () => {
    const pipe = new Piped(8, "put a 1", "put b 2", "crash n2", "put c 3", "list", "put d 4");
    expect(await pipe.waiting()).toEqual(["put a", "put b"]);
    await pipe.cluster.answer("put b");
    expect(pipe.cluster.waiting.size).toBe(1);
    expect(pipe.host.stderr.text).toBe("");
    await pipe.cluster.answer("put a");
    expect(await pipe.waiting()).toEqual(["put c"]);
    expect(pipe.host.stdout.text).toBe("ok\nok\nn2 crashed\n");
    await pipe.cluster.answer("put c");
    expect(await pipe.waiting()).toEqual(["list"]);
    await pipe.cluster.answer("list");
    expect(await pipe.waiting()).toEqual(["put d"]);
    await pipe.cluster.answer("put d");
    expect(await pipe.status).toBe(0);
  });

  test("no more than this many run", async () => {
    const pipe = new Piped(2, "put a 1", "put b 2", "put c 3");
    expect(await pipe.waiting()).toEqual(["put a", "put b"]);
    // The reply to b waits for that to a.
    await pipe.cluster.answer("put b");
    expect(pipe.cluster.waiting.size).toBe(1);
    await pipe.cluster.answer("put a");
    expect(await pipe.waiting()).toEqual(["put c"]);
    await pipe.cluster.answer("put c");
    expect(await pipe.status).toBe(0);
  });

  test("a line that cannot run is replied to in its place", async () => {
    const pipe = new Piped(8, "put a 1", "nope", 'get "', "get", "put b 2");
    expect(await pipe.waiting()).toEqual(["put a", "put b"]);
    expect(pipe.host.stderr.text).toBe("");
    await pipe.cluster.answer("put a", "put b");
    expect(await pipe.status).toBe(1);
    expect(pipe.host.stderr.text.match(/^line \d/gm)).toEqual(["line 2", "line 3", "line 4"]);
  });

  test("a signal ends what runs and what waits, each with its outcome", async () => {
    const pipe = new Piped(8, "put a 1", "append a 2", "get b");
    await pipe.waiting();
    pipe.host.interrupt("SIGINT");
    expect(await pipe.status).toBe(130);
    expect(pipe.host.stderr.text).toBe(
      "line 1: unknown whether done: interrupted before it was done\n" +
        "line 2: not done: interrupted before it began\n" +
        "line 3: not done: interrupted before it was done\n",
    );
  });
});

test("a reader that goes away is no failure, and nothing is told about what was not read", async () => {
  const pipe = new Piped(8, "put a 1", "put b 2", "put c 3");
  await pipe.waiting();
  pipe.host.interrupt("brokenPipe");
  expect(await pipe.status).toBe(0);
  expect(pipe.host.stderr.text).toBe("");
});

test("without it, a command begins when the one before it was answered", async () => {
  const pipe = new Piped(1, "put a 1", "put b 2");
  expect(await pipe.waiting()).toEqual(["put a"]);
  await pipe.cluster.answer("put a");
  expect(await pipe.waiting()).toEqual(["put b"]);
  await pipe.cluster.answer("put b");
  expect(await pipe.status).toBe(0);
});

test.each(["0", "4097", "x"])("--pipeline %s is refused", async (count) => {
  const { status, stderr } = await runOnFake(["up", "--memory", "--pipeline", count]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/It must be a whole number from 1 to 4096\.\n$/);
});

describe("on real nodes", () => {
  test("the same replies as one after another without threads, with crashes in between", async () => {
    const lines = Array.from({ length: 600 }, (_, at) => {
      if (at % 200 === 199) return "crash leader";
      const key = `k${at % 7}`;
      const commands = [
        `append ${key} ${at},`,
        `get ${key}`,
        `cas ${key} --absent 0,`,
        `del ${key}`,
      ];
      return commands[(at * 7919) % 4];
    });
    const input = `${lines.join("\n")}\nlist\n`;
    const repliesOf = ({ status, stdout }: Pick<Exit, "status" | "stdout">): readonly unknown[] => {
      expect(status).toBe(0);
      return objects(stdout).map(({ command, value }) => {
        const [verb] = command as readonly string[];
        return verb === "crash" ? "crashed" : value;
      });
    };
    const up = ["up", "--memory", "--json", "--pipeline"];
    const expected = repliesOf(await runOnFake([...up, "1"], input));
    expect(expected).toHaveLength(601);
    expect(repliesOf(await kontiki([...up, "64"], input))).toEqual(expected);
  });

  test("replies come while the input is open", async () => {
    const data = temporaryDirectory();
    const program = new Kontiki(["up", "--data", data, "--nodes", "1", "--pipeline", "64"]);
    await program.write("put k v\n").until("stdout", /^ok\n$/);
    await program.write("get k\n").until("stdout", /^ok\nv\n$/);
    program.process.stdin.end("get k");
    expect(await program.exit).toMatchObject({ status: 0, stdout: "ok\nv\nv\n" });
  });
});
