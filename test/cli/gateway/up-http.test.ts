/** `kontiki up --http` as its users run it. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LoopbackServer } from "../../../packages/cli/src/http/loopback-server.ts";
import { runOnFake } from "../support/fake-host.ts";
import { eventsOf, open, send, withToken, type Answered, type Sent } from "../support/http.ts";
import { kontiki, Kontiki, temporaryDirectory } from "../support/kontiki.ts";

/** A cluster of one node that serves HTTP, and its answers. */
class Served {
  readonly program: Kontiki;
  #port = 0;
  #token = "";

  private constructor(args: readonly string[]) {
    this.program = new Kontiki(["up", "--nodes", "1", "--http", "0", ...args]);
  }

  static async start(...args: readonly string[]): Promise<Served> {
    const served = new Served(args);
    const [, port, token] = await served.program.found(
      "stderr",
      /http at http:\/\/127\.0\.0\.1:(\d+), token (\S+)/,
    );
    served.#port = Number(port);
    served.#token = token ?? "";
    return served;
  }

  send(sent: Sent): Promise<Answered> {
    return send(this.#port, withToken(this.#token, sent));
  }

  open(sent: Sent): ReturnType<typeof open> {
    return open(this.#port, withToken(this.#token, sent));
  }
}

const cas = (expected: string | null, value: string, key: string): Sent => ({
  method: "POST",
  path: "/v1/cas/k",
  body: JSON.stringify({ expected, value }),
  headers: { "idempotency-key": key },
});

test("a retried write is done once, also after the cluster was started again", async () => {
  const data = temporaryDirectory();
  const first = await Served.start("--data", data);
  expect((await first.send(cas(null, "1", "one"))).status).toBe(204);
  expect((await first.send(cas("1", "2", "two"))).status).toBe(204);
  // Without its key it would not match.
  expect((await first.send(cas(null, "1", "one"))).status).toBe(204);
  expect((await first.send(cas(null, "1", "three"))).status).toBe(409);
  first.program.process.stdin.end();
  expect((await first.program.exit).status).toBe(0);

  const second = await Served.start("--data", data);
  expect((await second.send(cas(null, "1", "one"))).status).toBe(204);
  expect((await second.send(cas("1", "2", "two"))).status).toBe(204);
  expect((await second.send(cas(null, "1", "three"))).status).toBe(409);
  const { status, body } = await second.send({ path: "/v1/keys/k" });
  expect([status, body]).toEqual([200, "2"]);
});

test("the end of the cluster does not wait for a stream, which gets the last events", async () => {
  const served = await Served.start("--memory", "--token", "a-token-of-mine");
  const { program } = served;
  const answer = await served.open({ path: "/v1/events" });
  // Another one is never read.
  const unread = await served.open({ path: "/v1/events" });
  unread.on("error", () => undefined);
  program.process.stdin.end();
  const told: string[] = [];
  for await (const { event } of eventsOf(answer)) told.push(event);
  expect(told[0]).toBe("status");
  expect(told.slice(-2)).toEqual(["stopped", "end"]);
  expect((await program.exit).status).toBe(0);
});

test("other terminals learn the addresses and the token", async () => {
  const env = { XDG_STATE_HOME: temporaryDirectory() };
  const up = new Kontiki(
    ["up", "--memory", "--nodes", "1", "--http", "0", "--web", "--name", "lab", "--serve"],
    env,
  );
  const [, url, token] = await up.found("stderr", /http at (\S+), token (\S+)/);
  const [, page] = await up.found("stderr", /page: (\S+)/);
  const { stdout } = await kontiki(["ps", "--json"], "", env);
  expect(JSON.parse(stdout)).toMatchObject({
    clusters: [{ name: "lab", http: { url, token }, page }],
  });
  const { stdout: down } = await kontiki(["down"], "", env);
  expect(down).toMatch(/^lab stopped/);
  expect((await up.exit).status).toBe(0);
});

test.each(["--http", "--web"])(
  "a port of %s that is in use ends the command before anything is started or written",
  async (option) => {
    const other = await LoopbackServer.listen(0, () => undefined);
    onTestFinished(() => other.close());
    const [folder, port] = [temporaryDirectory(), `${other.port}`];
    const log = ["--data", join(folder, "data"), "--log", join(folder, "log")];
    const { status, stderr, started } = await runOnFake(["up", ...log, option, port]);
    expect({ status, stderr, started, left: readdirSync(folder) }).toEqual({
      status: 2,
      stderr: `kontiki: cannot listen at 127.0.0.1:${port}: another program uses this port; choose another one, or 0\n`,
      started: undefined,
      left: [],
    });
  },
);

test.each([
  [["--http", "65536"], "It must be a whole number from 0 to 65535."],
  [["--http", "web"], "It must be a whole number from 0 to 65535."],
  [["--http", "0", "--token", "short"], "It must have 8 to 256 letters, digits and -._~+/"],
  [["--http", "0", "--token", "with a space"], "It must have 8 to 256 letters, digits and -._~+/"],
  [["--token", "long-enough"], "--token needs --http"],
])("up %j is bad usage", async (args, problem) => {
  const { status, stderr, started } = await runOnFake(["up", "--memory", ...args]);
  expect({ status, started }).toEqual({ status: 2, started: undefined });
  expect(stderr).toContain(problem);
});

test("without a token it tells that none is needed", async () => {
  const { status, stderr } = await runOnFake(["up", "--memory", "--http", "0", "--token", "none"]);
  expect(status).toBe(0);
  expect(stderr).toMatch(/^http at http:\/\/127\.0\.0\.1:\d+, no token needed\n$/);
});
