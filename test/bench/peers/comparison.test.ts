import { expect, test } from "vitest";
import { median, measurementOf, type Measurement } from "./measurement.ts";
import { optionsOf } from "./options.ts";
import { Summaries } from "./summary.ts";
import { tables } from "./table.ts";

const CELL = { durable: true, outstanding: 64, payload: 100 };

function measured(
  peer: string,
  opsPerSecond: number,
  more: Partial<Measurement> = {},
): Measurement {
  const times = { p50Us: 1000, p99Us: 2000, cpuSeconds: 6, otherCpuSeconds: 0, seconds: 3 };
  return { ...CELL, ...times, peer, opsPerSecond, verified: true, ...more };
}

test("a median of an even number of values is the mean of the two in the middle", () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7]), median([])]).toEqual([
    2,
    2.5,
    7,
    NaN,
  ]);
});

test("tables show medians, ratios to the first peer, and which runs do not count for much", () => {
  const summaries = new Summaries([
    measured("Kontiki", 1000),
    measured("Kontiki", 3000, { p99Us: 4000 }),
    measured("Kontiki", 2000),
    measured("Ra", 1000, { verified: false, otherCpuSeconds: 600 }),
    measured("Ra", 500, { durable: false, payload: 1024, outstanding: 1024 }),
  ]);
  expect(tables(summaries)).toBe(`Operations per second, medians:

|  | durable, 64 | memory, 1,024, 1024 bytes |
| --- | --- | --- |
| Kontiki | 2,000 |  |
| Ra | 1,000 | 500 |

Kontiki, as a multiple of each:

|  | durable, 64 | memory, 1,024, 1024 bytes |
| --- | --- | --- |
| Kontiki | 1.00 |  |
| Ra | 2.00 |  |

All figures:

| load | peer | runs | ops/s | range | p50 us | p99 us | CPU us/op | note |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| durable, 64 | Kontiki | 3 | 2,000 | 1,000-3,000 | 1,000 | 2,000 | 1000.0 |  |
| durable, 64 | Ra | 1 | 1,000 | 1,000-1,000 | 1,000 | 2,000 | 2000.0 | members differ at the end, 1 noisy |
| memory, 1,024, 1024 bytes | Ra | 1 | 500 | 500-500 | 1,000 | 2,000 | 4000.0 |  |`);
});

test("a line without a figure is an error that shows the line", () => {
  const { verified, ...line } = measured("x", 1);
  expect(verified).toBe(true);
  expect(measurementOf(JSON.stringify({ ...line, verified }), "Ra")).toEqual(measured("Ra", 1));
  expect(() => measurementOf(JSON.stringify(line), "Ra")).toThrow("Ra printed no verified: {");
  expect(() => measurementOf('{"opsPerSecond":"many"}', "Ra")).toThrow("no opsPerSecond");
});

test.each([
  [["--rounds", "0"], '--rounds needs a whole number from 1 to 1000, not "0"'],
  [["--cells", "disk-1"], '--cells has "disk-1"; a cell is memory-N or durable-N'],
  [["--cells", "memory-0"], '--cells needs a whole number from 1 to 65536, not "0"'],
  [["--payload", "1e2"], '--payload needs a whole number from 16 to 1048576, not "1e2"'],
])("%j is refused", (args, message) => {
  expect(() => optionsOf(args)).toThrow(message);
});
