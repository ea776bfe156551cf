import { Fleet, type CampaignState } from "@kontiki/nats";
import { expect, onTestFinished, test } from "vitest";
import { Kontiki } from "../../cli/support/kontiki.ts";
import { startNatsServer, type NatsServer } from "../support/nats-server.ts";

/** Processes that simulate take long on a machine that is busy; the test waits for what they report, in ms. */
const PATIENT = 400_000;

function worker({ url }: NatsServer): Kontiki {
  return new Kontiki(["worker", "--nats", url, "--jobs", "1", "--until-idle", "--json"]);
}

/** What is counted, without what depends on machines and time. */
function counted(json: string): unknown {
  return JSON.parse(json, (key, value: unknown) =>
    ["jobs", "elapsedMs", "busyMs"].includes(key) ? undefined : value,
  );
}

async function finished(args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await new Kontiki(args).exit;
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
  "workers killed at any time and a server that restarts change nothing: the report is that of kontiki run",
  async () => {
    const server = await startNatsServer();
    const nats = ["--nats", server.url];
    const seeds = ["--seeds", "12", "--seed", "7"];
    const more = ["--range", "2", "--redeliver-after", "2s"];
    const start = ["campaign", "start", "basic_agree", ...seeds, ...more, ...nats];
    expect(JSON.parse(await finished([...start, "--name", "it", "--json"]))).toMatchObject({
      state: "running",
      ranges: { done: 0, all: 6, seeds: 2 },
    });

    const fleet = await Fleet.open({ servers: server.url });
    onTestFinished(() => fleet.close());
    const first = worker(server);
    await until(fleet, "it", ({ ranges: { done } }) => done >= 1);
    first.process.kill("SIGKILL");
    const second = worker(server);
    await until(fleet, "it", ({ ranges: { done } }) => done >= 2);
    await server.stop();
    await server.start();
    await until(fleet, "it", ({ ranges: { done } }) => done >= 4);
    second.process.kill("SIGKILL");
    const third = worker(server);
    const watched = new Kontiki(["campaign", "watch", "it", ...nats]);

    const { status, stdout } = await third.exit;
    expect({ status, done: JSON.parse(stdout) as unknown }).toMatchObject({
      status: 0,
      done: { jobs: 1, broken: 0, refused: [] },
    });
    expect(await watched.exit).toMatchObject({
      status: 0,
      stdout: "it: finished, 12 of 12 runs, 6 of 6 ranges, 0 violated\n",
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
    const { status, stderr, stdout } = await new Kontiki(args).exit;
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
