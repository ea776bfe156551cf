import { runCrashMatrix, type MatrixCell } from "@kontiki/testing";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./support/clusters.ts";

test("a sample of the crash matrix: the leader and a follower crash while their last write is not synced", async () => {
  const cells: MatrixCell[] = [];
  const dataDir = join(temporaryFolder(), "data");
  for await (const cell of runCrashMatrix({ dataDir, points: ["inSync"] })) cells.push(cell);
  expect(cells).toEqual(
    (["leader", "follower"] as const).flatMap((role) =>
      (["kill", "power loss", "power loss of all"] as const).map((loss) => ({
        point: "inSync",
        role,
        loss,
        outcome: "ok",
        what:
          loss === "kill"
            ? "killed"
            : (expect.stringMatching(
                /^power was lost, and with it [1-9]\d* unsynced bytes$/,
              ) as string),
        backMs: expect.any(Number) as number,
      })),
    ),
  );
}, 240_000);

test("options are checked", async () => {
  const first = (options: object): Promise<unknown> =>
    runCrashMatrix(options as Parameters<typeof runCrashMatrix>[0]).next();
  await expect(first({})).rejects.toThrow(
    "runCrashMatrix: dataDir is undefined: give the path of a folder",
  );
  await expect(first({ dataDir: "x", points: ["insync"] })).rejects.toThrow(
    "runCrashMatrix: points[0] is 'insync': give one of",
  );
});
