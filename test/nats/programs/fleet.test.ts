import { Fleet, type CampaignState } from "@kontiki/nats";
import { randomInt } from "node:crypto";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { runOnFake } from "../../cli/support/fake-host.ts";
import { Kontiki } from "../../cli/support/kontiki.ts";
import { drawnFrom, DyingLink } from "../support/dying-link.ts";
import { startNatsServer } from "../support/nats-server.ts";

/** Processes that simulate take long on a machine that is busy; the test waits for what they report, in ms. */
const PATIENT = 400_000;

function worker(url: string): Kontiki {
  return new Kontiki(["worker", "--nats", url, "--jobs", "1", "--until-idle", "--json"]);
}

/** What is counted, without what depends on machines and time. */
function counted(json: string): unknown {
  return JSON.parse(json, (key, value: unknown) =>
    ["jobs", "elapsedMs", "busyMs"].includes(key) ? undefined : value,
  );
}

/** A command that is no worker, in this process. */
async function finished(args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runOnFake(args);
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: "" });
  return stdout;
}

/** Follows a campaign until `isThere`. */
async function until(
  fleet: Fleet,
  name: string,
  isThere: (state: CampaignState) => boolean,
): Promise<void> {
  await fleet.watch(name, (state) => !isThere(state));
}

test(
  "workers killed at random and a server that restarts change nothing: the report is that of kontiki run",
  async () => {
    const seed = Number(process.env["KONTIKI_FLEET_SEED"] ?? randomInt(2 ** 32));
    onTestFailed(() => console.error(`KONTIKI_FLEET_SEED=${seed} draws the same moments`));
    const draw = drawnFrom(seed);
    const server = await startNatsServer();
    const nats = ["--nats", server.url];
    const seeds = ["--seeds", "8", "--seed", "7"];
    const more = ["--range", "1", "--redeliver-after", "1s"];
    const start = ["campaign", "start", "basic_agree", ...seeds, ...more, ...nats];
    expect(JSON.parse(await finished([...start, "--name", "it", "--json"]))).toMatchObject({
      state: "running",
      ranges: { done: 0, all: 8, seeds: 1 },
    });

    const fleet = await Fleet.open({ servers: server.url });
    onTestFinished(() => fleet.close());
    const watched = runOnFake(["campaign", "watch", "it", ...nats]);
    // A process that is killed at one of its messages, from before it takes a range to after it has brought the second one.
    const killed = async (): Promise<void> => {
      const link = new DyingLink(server.port);
      link.dieAt({ message: 1 + draw(10), isSent: draw(2) === 0 });
      const { process: victim, exit } = worker(await link.listen());
      await link.died;
      victim.kill("SIGKILL");
      await exit;
    };
    const restart = async (): Promise<void> => {
      const done = draw(3);
      await until(fleet, "it", ({ ranges }) => ranges.done >= done);
      await server.stop();
      await server.start();
    };
    const last = killed().then(async () => worker(server.url).exit);
    await restart();
    const { status, stdout } = await last;
    expect({ status, done: JSON.parse(stdout) as unknown }).toMatchObject({
      status: 0,
      done: { jobs: 1, broken: 0, refused: [] },
    });
    expect(await watched).toMatchObject({
      status: 0,
      stdout: "it: finished, 8 of 8 runs, 8 of 8 ranges, 0 violated\n",
    });
    const report = await finished(["campaign", "report", "it", ...nats, "--json"]);
    const alone = await finished(["run", "basic_agree", ...seeds, "--json"]);
    expect(counted(report)).toEqual(counted(alone));
    expect(await finished(["campaign", "stop", "it", "--remove", ...nats])).toBe(
      "removed it and its results\n",
    );
  },
  PATIENT,
);

test("what is wrong is one line, and an error of the tool is no verdict", async () => {
  const server = await startNatsServer();
  const nats = ["--nats", server.url];
  const told = async (...args: readonly string[]): Promise<unknown> => {
    const { status, stderr, stdout } = await runOnFake(args);
    return { status, stdout, stderr: stderr.replace(/\d+\.\d+\.\d+\.\d+:\d+/g, "SERVER") };
  };
  const gone = ["--nats", "nats://127.0.0.1:1"];
  expect(await told("campaign", "watch", "it", ...nats)).toEqual({
    status: 2,
    stdout: "",
    stderr: "kontiki: there is no campaign it on this server: there is none\n",
  });
  expect(await told("worker", ...gone)).toEqual({
    status: 4,
    stdout: "",
    stderr:
      "kontiki: no NATS server can be reached at SERVER (connect ECONNREFUSED SERVER): start one (nats-server -js), or correct the URL\n",
  });
  expect(await told("campaign", "start", "basic_agre", "--seeds", "1e1", ...nats)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/did you mean basic_agree\?\n$/) as unknown,
  });
  expect(await told("campaign", "start", "--seeds", "many", ...nats)).toMatchObject({ status: 2 });
  expect(await told("campaign", "status", "--nats", "http://nats")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(
      /'http:\/\/nats' is invalid. It must be the URL of a NATS/,
    ) as unknown,
  });
}, 60_000);
