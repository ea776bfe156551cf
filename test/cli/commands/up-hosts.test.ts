import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { certificate } from "../../nats/support/certificates.ts";
import { runOnFake } from "../support/fake-host.ts";

const PEERS = { cluster: "tri", hosts: { a: ["n1", "n2"], b: ["n3"] } };

function peersFile(text = JSON.stringify(PEERS)): string {
  const folder = mkdtempSync(join(tmpdir(), "kontiki-peers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "peers.json");
  writeFileSync(path, text);
  return path;
}

const NATS = ["--nats", "nats://127.0.0.1:4222"];

test("up --host starts the nodes of one host", async () => {
  const argv = ["up", "--host", "a", "--nodes", "n1,n2", "--peers", peersFile(), ...NATS];
  const { cert, key } = certificate();
  const tls = ["--tls-ca", cert, "--tls-cert", cert, "--tls-key", key];
  const { started } = await runOnFake([...argv, ...tls]);
  expect(started).toMatchObject({ host: "a", peers: PEERS, nodes: ["n1", "n2"] });
  expect(started?.transport).toEqual({
    module: expect.stringMatching(/nats-transport\.js$/) as string,
    options: {
      servers: "nats://127.0.0.1:4222",
      tls: { ca: cert, cert, key },
    },
  });
});

test.each<[readonly string[], string]>([
  [
    ["--host", "a"],
    "kontiki: --host, --peers and --nats belong together: give all three, or none\n",
  ],
  [NATS, "kontiki: --host, --peers and --nats belong together: give all three, or none\n"],
  [["--creds", "x"], "kontiki: --creds, --nkey and --tls-* are for --nats, which is not given\n"],
  [["--tls-ca", "x"], "kontiki: --creds, --nkey and --tls-* are for --nats, which is not given\n"],
  [
    ["--nodes", "n1,n2"],
    "kontiki: --nodes n1,n2: names of nodes are for --host; give their number\n",
  ],
  [
    ["--host", "a", "--peers", "x", ...NATS, "--nodes", "2"],
    "kontiki: --nodes 2: with --host give the names of its nodes, such as n1,n2\n",
  ],
  [
    ["--nodes", "n1,"],
    "kontiki: option '--nodes <count>' argument 'n1,' is invalid. It must be names with commas between them, such as n1,n2.\n",
  ],
  [
    ["--host", "a", "--memory"],
    "kontiki: option '--host <name>' cannot be used with option '--memory'\n",
  ],
])("up %j is refused", async (argv, stderr) => {
  const ended = await runOnFake(["up", ...argv]);
  expect(ended).toMatchObject({ status: 2, stderr });
});

test("a file of peers that cannot be read is named", async () => {
  const up = async (peers: string, host = "a"): Promise<string> => {
    const { status, stderr } = await runOnFake(["up", "--host", host, "--peers", peers, ...NATS]);
    expect(status).toBe(2);
    return stderr;
  };
  expect(await up("/missing.json")).toMatch(/^kontiki: cannot read --peers \/missing.json: /);
  const broken = peersFile("{");
  expect(await up(broken)).toContain(`kontiki: --peers ${broken} is not JSON (`);
  const number = peersFile("3");
  expect(await up(number)).toContain(`kontiki: --peers ${number} is no object of JSON: give {`);
  const right = peersFile();
  expect(await up(right, "z")).toMatch(
    /^kontiki: --host z: --peers \S+ has no such host; it has a/,
  );
});

test("a file of peers is read once: it may be a pipe", async () => {
  const file = peersFile();
  const pipe = `${file}.pipe`;
  execFileSync("mkfifo", [pipe]);
  // When it is open for reading, it is removed.
  const writer = spawn("sh", ["-c", 'exec 3> "$1"; rm "$1"; cat "$0" >&3', file, pipe]);
  onTestFinished(() => void writer.kill("SIGKILL"));
  const { started, stderr } = await runOnFake(["up", "--host", "a", "--peers", pipe, ...NATS]);
  expect({ stderr, peers: started?.peers }).toEqual({ stderr: "", peers: PEERS });
});

test.each(["--creds", "--nkey", "--tls-ca", "--tls-cert", "--tls-key"])(
  "a file of %s that is missing ends each command that connects before it does",
  async (option) => {
    const files = [...NATS, option, "/missing.pem"];
    const up = ["up", "--host", "a", "--peers", peersFile()];
    for (const argv of [up, ["worker"], ["campaign", "status"]])
      expect(await runOnFake([...argv, ...files])).toMatchObject({
        status: 2,
        stdout: "",
        stderr: expect.stringMatching(
          /^kontiki: cannot read the (TLS|nkey|credentials) file \/missing\.pem: no such file or directory\n$/,
        ) as unknown,
      });
  },
);
