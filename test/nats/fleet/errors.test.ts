import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { packedJson } from "../../../packages/nats/src/campaign/bytes.ts";
import { SUBJECTS } from "../../../packages/nats/src/store/streams.ts";
import { Worker } from "../../../packages/nats/src/fleet/worker.ts";
import { CampaignStore } from "../../../packages/nats/src/store/campaign-store.ts";
import { SharedCorpus } from "../../../packages/nats/src/store/corpus.ts";
import { Results } from "../../../packages/nats/src/store/results.ts";
import { WorkQueue } from "../../../packages/nats/src/store/work-queue.ts";
import { alone, fakeJob, fakeReport, SPEC } from "../support/fake-runs.ts";
import { openFleet, plain, WANTED, workOff } from "../support/fleets.ts";
import { startNatsServer, type NatsServer } from "../support/nats-server.ts";

async function connected({ url }: NatsServer) {
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  return connection;
}

test("a range whose runs break the tool each time is an error of the tool, and the others count", async () => {
  const fleet = await openFleet(await startNatsServer());
  await fleet.start({ ...WANTED, deliveries: 2 });
  let tries = 0;
  const startJob = () =>
    fakeJob((task) => {
      if (task.seed !== WANTED.first + 5) return fakeReport(task);
      if (task.scenario === 0) tries += 1;
      throw new Error("a job broke at one, seed 4294967295: no memory");
    });
  expect(await workOff(fleet, startJob)).toMatchObject({ broken: 1, ranges: 5 });
  const { result, broken, state, ranges } = await fleet.state("campaign");
  const reason = "a job broke at one, seed 4294967295: no memory";
  expect([tries, state, ranges.done, result.isComplete, broken]).toEqual([
    2,
    "finished",
    6,
    false,
    [{ range: 1, reason }],
  ]);
  expect(result.broken).toBe(`range 1 (from seed 4294967294 on) has no result: ${reason}`);
});

test("a range that was given out too often without a result is an error of the tool", async () => {
  const server = await startNatsServer();
  const fleet = await openFleet(server);
  const { id } = await fleet.start({ ...WANTED, count: 1, deliveries: 2, redeliverMs: 1000 });
  const connection = await connected(server);
  const consumer = await jetstream(connection).consumers.get("KONTIKI_WORK", id);
  const more = await consumer.next();
  await jetstream(connection).publish(
    SUBJECTS.work(id),
    packedJson({ type: "range", code: (await fleet.state("campaign")).code, range: 0 }),
    { msgID: `${id} range 0` },
  );
  // Two workers die: they take the range, and are not heard of again.
  for (let at = 0; at < 2; at += 1) (await consumer.next({ expires: 5000 }))?.nak();
  more?.nak();
  await workOff(fleet);
  expect((await fleet.state("campaign")).broken).toEqual([
    { range: 0, reason: "it was given out 2 times, and no worker brought a result" },
  ]);
});

test("a worker of another version refuses, and says why", async () => {
  const server = await startNatsServer();
  const fleet = await openFleet(server);
  const { code } = await fleet.start(WANTED);
  const connection = await connected(server);
  const jsm = await jetstreamManager(connection);
  const stores = {
    campaigns: new CampaignStore(connection, jsm),
    queue: new WorkQueue(connection, jsm),
    results: new Results(connection, jsm),
    corpus: new SharedCorpus(connection),
  };
  const notes: string[] = [];
  const worker = new Worker(
    connection,
    stores,
    { code: "0123456789abcdef", id: "other" },
    {
      jobs: 1,
      host: "there",
      startJob: () => fakeJob(),
      signal: new AbortController().signal,
      untilIdle: true,
      onNote: (line) => void notes.push(line),
    },
  );
  expect(await worker.work()).toEqual({ ranges: 0, runs: 0, broken: 0, refused: ["campaign"] });
  expect(notes).toEqual([
    `refused campaign campaign: it needs the code ${code}, and this worker has 0123456789abcdef: install the version that started it`,
  ]);
  expect((await fleet.state("campaign")).state).toBe("running");
});

test("garbage on every subject is dropped and counted, and changes no result", async () => {
  const server = await startNatsServer();
  const fleet = await openFleet(server);
  const { id, code } = await fleet.start(WANTED);
  const connection = await connected(server);
  const js = jetstream(connection);
  const garbage = [
    new Uint8Array(),
    randomBytes(300),
    packedJson({ type: "range", code: "other", range: 0 }),
    packedJson({ type: "range", code, range: 999 }),
    packedJson([1, 2]),
  ];
  for (const bytes of garbage) {
    for (const subject of [SUBJECTS.work(id), SUBJECTS.result(id, "0.0"), SUBJECTS.closed(id)])
      await js.publish(subject, bytes);
    await js.publish(SUBJECTS.campaign("strange"), bytes);
    connection.publish(SUBJECTS.ask(id), bytes);
  }
  connection.subscribe(SUBJECTS.ask(id), {
    callback: (_error, message) => void message.respond(randomBytes(9)),
  });
  await workOff(fleet);
  expect(await fleet.workers(id)).toEqual([]);
  const { result, dropped, state } = await fleet.state("campaign");
  expect(plain(result.tallies)).toEqual(plain(alone(SPEC)));
  expect([dropped, state]).toEqual([{ repeated: 0, strange: garbage.length }, "finished"]);
});

test("a server without JetStream is one line", async () => {
  const { port, url } = await startNatsServer("", { hasJetStream: false });
  await expect(openFleet({ url } as NatsServer)).rejects.toThrow(
    `the NATS server at 127.0.0.1:${port} has no JetStream, which keeps the work and the results: start it with -js`,
  );
});

test("a campaign ends once: a worker that finds the queue of a stopped one empty has not finished it", async () => {
  const server = await startNatsServer();
  const fleet = await openFleet(server);
  const connection = await connected(server);
  const campaigns = new CampaignStore(connection, await jetstreamManager(connection));
  await fleet.start(WANTED);
  const spec = await campaigns.find("campaign");
  if (spec === undefined) throw new Error("the campaign was started");
  await fleet.stop("campaign");
  await campaigns.end(spec, "finished");
  expect((await fleet.state("campaign")).state).toBe("stopped");
  await fleet.remove("campaign");
  const next = { ...spec, id: "another" };
  await campaigns.add(next);
  await Promise.all((["stopped", "finished"] as const).map((state) => campaigns.end(next, state)));
  const { state } = await fleet.state("campaign");
  await campaigns.end(next, state === "stopped" ? "finished" : "stopped");
  expect((await fleet.state("campaign")).state).toBe(state);
});
