/** A sample of the trials that `pnpm trials:damage` makes: clusters in real folders, damaged and started again. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { stoppedCluster } from "../trials/stopped-cluster.ts";
import { trial } from "../trials/trial.ts";
import { temporaryFolder } from "./support/clusters.ts";

test("acknowledged values are served as long as one disk has them", async () => {
  const folder = temporaryFolder();
  const stopped = await stoppedCluster(join(folder, "cluster"), 3);
  for (let seed = 1; seed <= 5; seed += 1) {
    const end = await trial(stopped, join(folder, "trial"), seed);
    expect(end.type === "wrong" ? end : undefined).toBeUndefined();
  }
}, 120_000);
