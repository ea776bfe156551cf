import { JetStreamApiError, type JsMsg } from "@nats-io/jetstream";
import { errors, type NatsConnection } from "@nats-io/transport-node";
import { expect, onTestFinished, test, vi } from "vitest";
import { packedJson } from "../../../packages/nats/src/campaign/bytes.ts";
import type { OnRetry } from "../../../packages/nats/src/store/insist.ts";
import type { Stores } from "../../../packages/nats/src/fleet/work-place.ts";
import { Worker } from "../../../packages/nats/src/fleet/worker.ts";
import { fakeJob, SPEC } from "../support/fake-runs.ts";

const FULL = new JetStreamApiError({
  code: 503,
  err_code: 10_047,
  description: "insufficient storage resources available",
});

const never = new Promise<never>(() => undefined);

/** A server that gives out one range, and does not take its result, for this reason. */
function silentServer(reason: unknown) {
  const gaveBack: number[] = [];
  const data = packedJson({ type: "range", code: SPEC.code, range: 0 });
  const message = {
    data,
    info: { deliveryCount: 1, pending: 0 },
    redelivered: false,
    working: () => undefined,
    nak: (ms: number) => void gaveBack.push(ms),
  } as unknown as JsMsg;
  let tell = (): void => undefined;
  const refused = new Promise<void>((resolve) => (tell = resolve));
  const put = async (_id: string, _result: object, onRetry?: OnRetry): Promise<never> => {
    for (let count = 0; count < 3; count += 1) onRetry?.(reason);
    tell();
    return never;
  };
  const stores = {
    campaigns: { list: async () => [SPEC], closedAt: async () => Infinity },
    queue: { take: async () => message, redeliverMs: async () => 30_000 },
    results: { put },
    corpus: { put: async () => undefined },
  } as unknown as Stores;
  const connection = {
    subscribe: () => ({ unsubscribe: () => undefined }),
    flush: async () => undefined,
  } as unknown as NatsConnection;
  return { stores, connection, refused, gaveBack };
}

function workerOf(
  connection: NatsConnection,
  stores: Stores,
  signal: AbortSignal,
  notes: string[],
): Worker {
  const onNote = (line: string): void => void notes.push(line);
  const options = { jobs: 1, host: "here", startJob: () => fakeJob(), signal, onNote };
  return new Worker(connection, stores, { code: SPEC.code, id: "me" }, options);
}

const SILENT =
  "the NATS server does not answer: see whether it runs, and continue or restart it; this worker tries again until then";

test.each([
  [
    FULL,
    [
      'the NATS server takes no results (insufficient storage resources available): give its JetStream more space, or free some with "kontiki campaign stop NAME --remove"; this worker tries again until then',
    ],
  ],
  [new errors.TimeoutError(), [SILENT]],
  [new errors.ConnectionError("gone"), []],
])(
  "a result that the server does not take (%s) is told once, and an interruption ends the wait",
  async (reason, told) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { stores, connection, refused, gaveBack } = silentServer(reason);
    const notes: string[] = [];
    const end = new AbortController();
    const done = workerOf(connection, stores, end.signal, notes).work();
    await refused;
    end.abort();
    vi.advanceTimersByTime(3000);
    expect(await done).toMatchObject({ ranges: 0, broken: 0 });
    expect({ notes, gaveBack }).toEqual({ notes: told, gaveBack: [0] });
  },
);

test("a server that does not even say which campaigns there are is told, too", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { stores, connection } = silentServer(undefined);
  const silent = { ...stores, campaigns: { list: () => never } } as unknown as Stores;
  const notes: string[] = [];
  const end = new AbortController();
  const done = workerOf(connection, silent, end.signal, notes).work();
  vi.advanceTimersByTime(10_000);
  end.abort();
  vi.advanceTimersByTime(3000);
  expect(await done).toMatchObject({ ranges: 0 });
  expect(notes).toEqual([SILENT]);
});
