/** The log of a cluster that is served: written as pino does, and read from another terminal. */
import { run } from "@kontiki/cli";
import { nodeId, term } from "@kontiki/core";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { FakeHost } from "../support/fake-host.ts";
import { objects } from "../support/kontiki.ts";
import { User } from "../support/user.ts";

let user: User;

beforeEach(() => {
  user = new User();
});

describe("the log", () => {
  test("has each event as pino writes it, and is read by node, followed, and after the end", async () => {
    const log = join(user.state, "kontiki/clusters/lab.log");
    const { cluster, host, status } = await user.serve([
      "--memory",
      "--name",
      "lab",
      "--serve",
      "--log",
      join(user.state, "lab.log"),
    ]);
    cluster.events.emit("event", { type: "leader", node: nodeId("n1"), term: term(3) });
    cluster.events.emit("event", {
      type: "failed",
      node: nodeId("n2"),
      incarnation: 2,
      cause: "x",
    });
    const follower = new FakeHost({ env: user.env });
    const followed = run(["logs", "-f", "n2"], follower);
    await follower.stdout.until(/n2 has failed: x\n/);
    const [json] = [await user.elsewhere(["logs", "--json"])];
    expect(objects(json.stdout)).toEqual([
      expect.objectContaining({ level: 30, name: "lab", msg: "up", pid: process.pid }),
      expect.objectContaining({
        level: 30,
        event: "leader",
        node: "n1",
        term: 3,
        msg: "n1 leads term 3",
      }),
      expect.objectContaining({ level: 50, event: "failed", node: "n2", msg: "n2 has failed: x" }),
    ]);
    // The fields that pino writes, in its order; those of the event are between them and the message.
    expect(readFileSync(join(user.state, "lab.log"), "utf8").split("\n")[1]).toMatch(
      /^\{"level":30,"time":\d{13},"pid":\d+,"hostname":"[^"]+","name":"lab",.*"msg":"n1 leads term 3"\}$/,
    );
    expect(await user.elsewhere(["logs", "n9"])).toMatchObject({
      status: 1,
      stderr: "kontiki: there is no node n9; there are n1, n2, n3\n",
    });
    cluster.events.emit("event", { type: "stopped", node: nodeId("n2"), incarnation: 1 });
    await follower.stdout.until(/n2 stopped\n/);
    host.interrupt("SIGTERM");
    await status;
    expect(await followed).toBe(0);
    expect(follower.stdout.text).not.toMatch(/n1/);
    writeFileSync(log, readFileSync(join(user.state, "lab.log")));
    expect(
      (await user.elsewhere(["logs", "--name", "lab"])).stdout.trimEnd().split("\n").at(-1),
    ).toMatch(/Z stopped$/);
  });

  test("is missing when it was not asked for", async () => {
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    expect(await user.elsewhere(["logs"])).toMatchObject({
      status: 1,
      stderr: "kontiki: lab keeps no log: start it with --log or --detach\n",
    });
  });
});
