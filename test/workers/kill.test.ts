import { expect, test } from "vitest";
import { allPairs, commonLog, PATIENT, start, temporaryFolder } from "./support/clusters.ts";
import { Program } from "./support/programs.ts";

test(
  "after kill -9 in the middle of writing, every acknowledged put is there",
  async () => {
    const dataDir = temporaryFolder();
    const acknowledged: string[] = [];
    for (const prefix of ["a", "b", "c"]) {
      const writer = new Program("writer.mjs", [dataDir, prefix]);
      await writer.printed(500);
      writer.kill();
      const { signal, lines } = await writer.ended;
      expect(signal).toBe("SIGKILL");
      expect(lines.length).toBeGreaterThanOrEqual(500);
      // The last line may be cut off: then nobody was told of that key.
      acknowledged.push(...lines.slice(0, -1));
    }

    const cluster = await start({ nodes: 3, dataDir });
    const pairs = await allPairs(cluster);
    const lost = acknowledged.filter((key) => pairs.get(key) !== `value of ${key}`);
    expect(lost).toEqual([]);
    await commonLog(cluster);
  },
  PATIENT.timeoutMs,
);
