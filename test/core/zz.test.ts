import { test } from "vitest";
import { Chaos } from "./support/chaos.ts";
test("x", { timeout: 900000 }, () => {
  let bad = 0;
  let sc = 0,
    fe = 0;
  for (
    let seed = Number(process.env["A"] ?? 301);
    seed < Number(process.env["B"] ?? 4000);
    seed += 1
  ) {
    const chaos = new Chaos(seed);
    try {
      chaos.run(300);
      chaos.end();
    } catch (e) {
      bad += 1;
      if (bad < 6) console.log(seed, String(e).slice(0, 200));
    }
    sc += chaos.cluster.milestones.counts.logsScattered;
    fe += chaos.cluster.milestones.counts.entriesFetched;
  }
  console.log({ bad, sc, fe });
});
