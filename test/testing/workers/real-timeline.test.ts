import { expect, onTestFinished, test } from "vitest";
import { RealTimeline } from "../../../packages/testing/src/workers/real-timeline.ts";

/** Node 24 is the first with this warning. */
test("a moment that has passed is now, and Node has nothing to warn of", async () => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): unknown => warnings.push(message);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const timeline = new RealTimeline();
  await new Promise<void>((resolve) => void timeline.after(-1, resolve));
  await timeline.until(0);
  expect(warnings).toEqual([]);
});
