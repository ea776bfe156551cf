import { KontikiError } from "@kontiki/actors";
import { run } from "@kontiki/cli";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FakeHost, runOnFake } from "../support/fake-host.ts";
import { temporaryDirectory } from "../support/kontiki.ts";

/** Runs `up` with this file as its options. */
async function up(
  yaml: string,
  ...args: string[]
): Promise<Awaited<ReturnType<typeof runOnFake>> & { readonly file: string }> {
  const file = join(temporaryDirectory(), "up.yaml");
  writeFileSync(file, yaml);
  return { ...(await runOnFake(["up", "--config", file, ...args])), file };
}

test("a file has all options of up, read as on the command line, which comes first", async () => {
  const yaml = `
# a small lab
nodes: 5
memory: true
election-timeout: 500
heartbeat: 20
lease-drift: 0.1
priority: { n1: 2, n2: 1 }
snapshot-entries: 100
`;
  const { status, stderr, started } = await up(yaml, "--heartbeat", "30");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(started).toMatchObject({
    nodes: 5,
    dataDir: undefined,
    electionTimeoutMs: 500,
    heartbeatMs: 30,
    leases: { clockDrift: 0.1 },
    priorities: { n1: 2, n2: 1 },
    snapshotEntries: 100,
  });
});

test("lists stand for options that are repeated, and false for none", async () => {
  const { started, stderr } = await up("memory: false\nrename: [n1=n4, n2=n5]\n", "--data", "d");
  expect(stderr).toBe("");
  expect(started).toMatchObject({ dataDir: "d", renames: { n1: "n4", n2: "n5" } });
});

test("an option whose value may be left out takes true and false", async () => {
  for (const yaml of ["memory: true\nweb: true\n", "memory: true\nweb: 0\n"])
    expect((await up(yaml)).stderr).toMatch(/http:\/\/127\.0\.0\.1:/);
  expect((await up("memory: true\nweb: false\n")).stderr).toBe("");
});

test("an empty file changes nothing", async () => {
  expect((await up("# nothing\n", "--memory")).started).toMatchObject({ heartbeatMs: 50 });
});

test.each([
  ["nodes: 55\n", '1:8: nodes cannot be "55". It must be a whole number from 1 to 9.'],
  ["memory: true\nnodez: 5\n", '2:1: there is no option "nodez"; there are nodes, data, memory,'],
  ["nodes: [1\n", "2:1: Flow sequence in block collection must be sufficiently indented"],
  ["memory: 3\n", "1:9: memory takes true or false"],
  ["nodes:\n", "1:7: nodes takes a value"],
  ["nodes: 3\nnodes: 5\n", "2:1: Map keys must be unique"],
  ["wait: soon\n", '1:7: wait cannot be "soon". Allowed choices are leader.'],
  ["nodes: [3, 5]\n", "1:8: nodes takes a value"],
  ["memory: true\nname: { a: b }\n", "2:7: name takes a value"],
  ["nodes: 3\n---\nnodes: 5\n", "2:1: a second document begins here: the file must have one"],
  ["- nodes\n", "1:1: the file must be a map of options to values"],
  ["config: x\n", '1:1: there is no option "config"'],
  ["nodes: many\n", "1:8: --nodes many: names of nodes are for --host; give their number"],
  ["memory: true\nheartbeat: 200\n", "2:12: --heartbeat 200 must be at most half of"],
  ["priority:\n  n9: 1\nnodes: 3\n", "2:3: --priority n9=1: there is no node n9"],
  ["tls-ca: x\n", "1:9: --creds, --nkey and --tls-* are for --nats, which is not given"],
  ["nats: nats://h\n", "1:7: --host, --peers and --nats belong together"],
])("%j is bad usage, with its place", async (yaml, problem) => {
  const { status, stdout, stderr, started, file } = await up(yaml);
  expect({ status, stdout, started }).toEqual({ status: 2, stdout: "", started: undefined });
  expect(stderr).toContain(`kontiki: ${file}:${problem}`);
});

test("options that exclude each other do so in a file, too", async () => {
  const { status, stderr, file } = await up("data: d\nmemory: true\n");
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `kontiki: ${file}:2:9: --memory cannot be used with --data: there is no data directory\n`,
  });
});

test("what turns out later about an option of a file has its place, too", async () => {
  const file = join(temporaryDirectory(), "up.yaml");
  writeFileSync(file, "data: d\nwipe: n1\n");
  const host = new FakeHost();
  const wrong = new KontikiError("--wipe n1: there is no cluster in d");
  const status = await run(["up", "--config", file], host, () => Promise.reject(wrong));
  expect({ status, stderr: host.stderr.text }).toEqual({
    status: 1,
    stderr: `kontiki: ${file}:2:7: ${wrong.message}\n`,
  });
});

test("a file that is missing is bad usage", async () => {
  const { status, stderr } = await runOnFake(["up", "--config", "/no/such.yaml"]);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: "kontiki: cannot read --config /no/such.yaml: no such file or directory\n",
  });
});

test("a file that is not UTF-8 is bad usage", async () => {
  const file = join(temporaryDirectory(), "up.yaml");
  writeFileSync(file, Buffer.from("data: caf\xe9\n", "latin1"));
  const { status, stderr } = await runOnFake(["up", "--config", file]);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `kontiki: cannot read --config ${file}: it is not UTF-8\n`,
  });
});
