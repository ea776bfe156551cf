import { run } from "@kontiki/cli";
import {
  KontikiError,
  type KeyValueCommand,
  type KeyValueResult,
  type Outcome,
} from "@kontiki/actors";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost } from "../support/fake-host.ts";

const ARGS = ["bench", "--memory", "--warmup", "0", "--seconds", "0.1", "--outstanding", "4"];

type Propose = () => Promise<Outcome<KeyValueResult>>;
type Tamper = (honest: Propose) => Promise<Outcome<KeyValueResult>>;

/** A cluster that treats the first put as the test decides, and takes a turn of the event loop. */
class Tampered extends FakeCluster {
  readonly #tamper: Tamper;
  #puts = 0;

  constructor(tamper: Tamper) {
    super();
    this.#tamper = tamper;
  }

  override async propose(command: KeyValueCommand): Promise<Outcome<KeyValueResult>> {
    await setImmediate();
    if (command.type === "put") this.#puts += 1;
    const honest: Propose = () => super.propose(command);
    return command.type === "put" && this.#puts === 1 ? this.#tamper(honest) : honest();
  }
}

async function bench(
  cluster: FakeCluster,
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const host = new FakeHost();
  const status = await run(ARGS, host, async () => cluster);
  expect(cluster.calls.at(-1)).toBe("stop");
  return { status, stdout: host.stdout.text, stderr: host.stderr.text };
}

describe("a bench is verified", () => {
  test("when everything is right", async () => {
    const { status, stdout, stderr } = await bench(new Tampered((honest) => honest()));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^verified +yes$/m);
  });

  test("when a leader is elected meanwhile: not all nodes have its first entry when they are asked", async () => {
    const cluster = new Tampered((honest) => honest());
    const node = cluster.node.bind(cluster);
    let asked = 0;
    cluster.node = (id) => {
      const honest = node(id);
      if (id !== "n2") return honest;
      return {
        ...honest,
        digest: async () => {
          const { applied, sha256 } = await honest.digest();
          asked += 1;
          return asked === 1 ? { applied: applied + 1, sha256: "01" } : { applied, sha256 };
        },
        log: async (options) => {
          const lines = await honest.log(options);
          const last = (await honest.digest()).applied;
          const isEnd = options?.from === undefined || options.from + lines.length > last;
          return isEnd ? [...lines, { type: "noop", index: last + 1, term: 9 }] : lines;
        },
      };
    };
    const { status, stdout, stderr } = await bench(cluster);
    expect({ status, stderr, asked }).toEqual({ status: 0, stderr: "", asked: 2 });
    expect(stdout).toMatch(/^verified +yes$/m);
  });
});

describe("a bench is not verified, and ends in status 1", () => {
  async function expectNotVerified(cluster: FakeCluster, problem: RegExp): Promise<void> {
    const { status, stdout, stderr } = await bench(cluster);
    expect(stderr).toMatch(problem);
    expect(stdout).toMatch(/^verified +no$/m);
    expect(status).toBe(1);
  }

  test("when an acknowledged put was not applied", async () => {
    const cluster = new Tampered(async () => ({ type: "ok", value: null }));
    await expectNotVerified(
      cluster,
      /^not verified: (\d+) puts were acknowledged, \d+ were applied$/m,
    );
  });

  test("when a put was applied twice", async () => {
    const cluster = new Tampered(async (honest) => {
      await honest();
      return honest();
    });
    await expectNotVerified(
      cluster,
      /^not verified: (\d+) puts were acknowledged, \d+ were applied$/m,
    );
  });

  test.each<[string, Outcome<KeyValueResult>]>([
    ["unknown", { type: "unknown", reason: "no answer" }],
    ["definitelyNot", { type: "definitelyNot", reason: "no leader" }],
    ["error", { type: "error", message: "boom" }],
    ["a wrong answer", { type: "ok", value: true }],
  ])("when a put ends as %s", async (what, outcome) => {
    const cluster = new Tampered(async () => outcome);
    await expectNotVerified(cluster, new RegExp(`^not verified: 1 puts ended as ${what}$`, "m"));
  });

  test("when a key does not have the value that was written last", async () => {
    const cluster = new Tampered((honest) => honest());
    const propose = cluster.propose.bind(cluster);
    cluster.propose = async (command) => {
      const outcome = await propose(command);
      if (command.type === "get" && command.key === "bench/0/0") return { type: "ok", value: "x" };
      return outcome;
    };
    await expectNotVerified(
      cluster,
      /^not verified: 1 of 32 keys do not have the value that was written last$/m,
    );
  });

  test.each<[string, (cluster: FakeCluster) => void, RegExp]>([
    [
      "when states differ",
      (cluster) => {
        const n2 = cluster.node("n2");
        const digest = async (): Promise<{ applied: number; sha256: string }> => ({
          applied: 1,
          sha256: "ff",
        });
        const node = cluster.node.bind(cluster);
        cluster.node = (id) => (id === "n2" ? { ...n2, digest } : node(id));
      },
      /^not verified: the nodes have 2 different states$/m,
    ],
    [
      "when an entry of a log differs",
      (cluster) => {
        const node = cluster.node.bind(cluster);
        const n2 = cluster.node("n2");
        const log: typeof n2.log = async (options) => {
          const lines = await n2.log(options);
          return lines.map((line) => (line.index === 3 ? { ...line, term: 9 } : line));
        };
        cluster.node = (id) => (id === "n2" ? { ...n2, log } : node(id));
      },
      /^not verified: the logs differ at index 3$/m,
    ],
    [
      "when a log is shorter",
      (cluster) => {
        const node = cluster.node.bind(cluster);
        const n2 = cluster.node("n2");
        const log: typeof n2.log = async (options) => {
          const lines = await n2.log(options);
          return lines.filter((line) => line.index < 5);
        };
        cluster.node = (id) => (id === "n2" ? { ...n2, log } : node(id));
      },
      /^not verified: the logs differ at index 5$/m,
    ],
  ])("%s", async (_title, tamper, problem) => {
    const cluster = new Tampered((honest) => honest());
    tamper(cluster);
    await expectNotVerified(cluster, problem);
  });
});

test("a bench that is interrupted while it verifies prints nothing", async () => {
  const cluster = new Tampered((honest) => honest());
  const host = new FakeHost();
  cluster.converged = async () => {
    host.interrupt("SIGINT");
    throw new KontikiError("given up");
  };
  const status = await run(ARGS, host, async () => cluster);
  expect({ status, stdout: host.stdout.text, stderr: host.stderr.text }).toEqual({
    status: 130,
    stdout: "",
    stderr: "",
  });
  expect(cluster.calls.at(-1)).toBe("stop");
});
