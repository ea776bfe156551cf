import { BroadcastChannel } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { Probe, PROBE_CELLS, type ProbeBatch } from "../../../packages/actors/src/metrics/probe.ts";

const STEP = {
  event: "propose",
  message: undefined,
  from: undefined,
  role: "leader",
  term: 1,
  commit: 2,
};

/** A probe and the program that listens to it, or not. */
class Stage {
  readonly cells = new Int32Array(new SharedArrayBuffer(4 * Object.keys(PROBE_CELLS).length));
  readonly probe: Probe;
  readonly batches: ProbeBatch[] = [];
  #onBatch: () => void = () => undefined;

  constructor(name: string) {
    const channel = new BroadcastChannel(name);
    channel.onmessage = (message: unknown) => {
      this.batches.push((message as { readonly data: ProbeBatch }).data);
      this.#onBatch();
    };
    this.probe = new Probe({ cells: this.cells.buffer, channel: name, epochMs: 0 }, "n1", 3);
    onTestFinished(() => {
      this.probe.close();
      channel.close();
    });
  }

  listen(cell: keyof typeof PROBE_CELLS, value = 1): void {
    this.cells[PROBE_CELLS[cell]] = value;
  }

  get onTheWay(): number | undefined {
    return this.cells[PROBE_CELLS.onTheWay];
  }

  async until(count: number): Promise<readonly ProbeBatch[]> {
    while (this.batches.length < count)
      await new Promise<void>((resolve) => (this.#onBatch = resolve));
    return this.batches;
  }
}

test("without listeners nothing is recorded", async () => {
  const stage = new Stage("kontiki:probe:1");
  stage.probe.sync(5);
  expect(stage.probe.wantsSteps).toBe(false);
  stage.listen("syncs");
  stage.probe.sync(6);
  const [batch] = await stage.until(1);
  expect(batch?.records).toMatchObject([{ type: "sync", ms: 6 }]);
});

test("what is recorded in one turn of the event loop is one batch", async () => {
  const stage = new Stage("kontiki:probe:2");
  stage.listen("steps");
  stage.listen("syncs");
  expect(stage.probe.wantsSteps).toBe(true);
  stage.probe.step(STEP);
  stage.probe.sync(1);
  stage.probe.step(STEP);
  const [batch] = await stage.until(1);
  expect(batch).toMatchObject({ node: "n1", incarnation: 3, dropped: 0 });
  expect(batch?.records.map(({ type }) => type)).toEqual(["step", "sync", "step"]);
  expect(batch?.records[0]).toMatchObject(STEP);
  expect(stage.onTheWay).toBe(3);
});

test("large batches are sent before the turn ends, and closing sends the rest", async () => {
  const stage = new Stage("kontiki:probe:3");
  stage.listen("steps");
  for (let n = 0; n < 2_500; n += 1) stage.probe.step(STEP);
  stage.probe.close();
  const batches = await stage.until(3);
  expect(batches.map(({ records }) => records.length)).toEqual([1024, 1024, 452]);
});

test("a program that does not take them misses some, and learns how many", async () => {
  const stage = new Stage("kontiki:probe:4");
  stage.listen("steps");
  stage.listen("onTheWay", 65_535);
  for (let n = 0; n < 10; n += 1) stage.probe.step(STEP);
  const [first] = await stage.until(1);
  expect([first?.records.length, first?.dropped]).toEqual([1, 9]);
  stage.listen("onTheWay", 0);
  stage.probe.step(STEP);
  const [, second] = await stage.until(2);
  expect([second?.records.length, second?.dropped]).toEqual([1, 0]);
});
