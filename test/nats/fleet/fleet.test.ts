import { KontikiError } from "@kontiki/actors";
import { Fleet } from "@kontiki/nats";
import { randomInt } from "node:crypto";
import { expect, onTestFailed, test } from "vitest";
import { drawnFrom, DyingLink } from "../support/dying-link.ts";
import { alone, fakeJob, fakeReport, SPEC } from "../support/fake-runs.ts";
import { openFleet, plain, WANTED, workOff } from "../support/fleets.ts";
import { startNatsServer } from "../support/nats-server.ts";

test.each([{}, { untilFail: true }, { untilDoubt: true }])(
  "workers bring the result of one machine: %o",
  async (end) => {
    const server = await startNatsServer();
    const fleet = await openFleet(server);
    const started = await fleet.start({ ...WANTED, ...end });
    expect([started.state, started.ranges, started.progress.size]).toEqual([
      "running",
      { done: 0, all: 6, seeds: 4 },
      69,
    ]);
    const others = await openFleet(server);
    await Promise.all([workOff(fleet), workOff(others)]);
    const state = await fleet.state("campaign");
    expect(plain(state.result.tallies)).toEqual(plain(alone({ ...SPEC, ...end })));
    expect([state.state, state.result.isComplete, state.dropped]).toEqual([
      "finished",
      true,
      { repeated: 0, strange: 0 },
    ]);
  },
);

/** How many workers die at random. */
const VICTIMS = 5;

test("workers that die at moments drawn at random, and a server that restarts at one, change nothing", async () => {
  const seed = Number(process.env["KONTIKI_FLEET_SEED"] ?? randomInt(2 ** 32));
  onTestFailed(() => console.error(`KONTIKI_FLEET_SEED=${seed} draws the same moments`));
  const draw = drawnFrom(seed);
  const server = await startNatsServer();
  const fleet = await openFleet(server);
  // More messages than all of them send before they die.
  const spec = { ...SPEC, count: 91 };
  await fleet.start({ ...WANTED, count: 91, redeliverMs: 400, deliveries: 50 });
  const restartsAfter = draw(VICTIMS);
  let deaths = 0;
  const dieAtRandom = async (): Promise<void> => {
    const link = new DyingLink(server.port);
    const victim = await Fleet.open({ servers: await link.listen() });
    // From before it takes a range to after it has acknowledged the second one.
    link.dieAt({ message: 1 + draw(10), isSent: draw(2) === 0 });
    const abort = new AbortController();
    // Its connection is gone, so what it does in the end is of no account.
    workOff(victim, () => fakeJob(), { signal: abort.signal }).catch(() => undefined);
    await link.died;
    abort.abort();
    victim.close().catch(() => undefined);
    deaths += 1;
    if (deaths === restartsAfter + 1) {
      await server.stop();
      await server.start();
    }
  };
  await Promise.all(Array.from({ length: VICTIMS }, dieAtRandom));
  await workOff(fleet);
  const state = await fleet.state("campaign");
  expect(plain(state.result.tallies)).toEqual(plain(alone(spec)));
  expect([state.state, state.broken, state.dropped.strange]).toEqual(["finished", [], 0]);
}, 60_000);

test("a name is given once, and a name that no campaign has is told", async () => {
  const fleet = await openFleet(await startNatsServer());
  await expect(fleet.state("campaign")).rejects.toThrow(
    new KontikiError("there is no campaign campaign on this server: there is none"),
  );
  await fleet.start(WANTED);
  await expect(fleet.start(WANTED)).rejects.toThrow(/^there is a campaign campaign already/);
  await expect(fleet.start({ ...WANTED, name: "a.b" })).rejects.toThrow(/^"a\.b" cannot be a name/);
  expect(await fleet.names()).toEqual(["campaign"]);
});

test("what is stopped ends at once, and what is removed is gone", async () => {
  const server = await startNatsServer();
  const fleet = await openFleet(server);
  const { id } = await fleet.start(WANTED);
  let began: () => void = () => undefined;
  const isRunning = new Promise<void>((resolve) => (began = resolve));
  const other = await openFleet(server);
  const working = workOff(other, () =>
    fakeJob((task) => {
      if (task.number === 0 && task.seed === WANTED.first) return fakeReport(task);
      began();
      return new Promise(() => undefined);
    }),
  );
  await isRunning;
  // A thread that the machine lets wait answers too late.
  let workers = await fleet.workers(id);
  while (workers.length === 0) workers = await fleet.workers(id);
  expect(workers).toMatchObject([{ host: "here", jobs: 2, pid: process.pid }]);
  await fleet.stop("campaign");
  expect(await working).toMatchObject({ ranges: 0, broken: 0 });
  expect((await fleet.state("campaign")).state).toBe("stopped");
  await fleet.remove("campaign");
  expect(await fleet.names()).toEqual([]);
  await fleet.start(WANTED);
  await workOff(fleet);
  expect(plain((await fleet.state("campaign")).result.tallies)).toEqual(plain(alone(SPEC)));
});

test("a guided range begins with plans that others kept", async () => {
  const fleet = await openFleet(await startNatsServer());
  await fleet.start({ ...WANTED, guided: true, count: 16, perRange: 8 });
  const seen: number[][] = [];
  await fleet.work({
    jobs: 1,
    host: "here",
    startJob: () =>
      fakeJob((task) => {
        if (task.number === 0) seen.push([]);
        seen.at(-1)?.push(task.seed);
        return fakeReport(task);
      }),
    signal: new AbortController().signal,
    untilIdle: true,
  });
  const [one = [], two = []] = seen;
  expect([one.length, two.length]).toEqual([24, 24]);
  // A quarter of the second range.
  expect(two.slice(0, 6).every((seed) => one.includes(seed))).toBe(true);
  const state = await fleet.state("campaign");
  expect([state.progress.done, state.result.isComplete]).toEqual([48, true]);
  await fleet.remove("campaign");
});
