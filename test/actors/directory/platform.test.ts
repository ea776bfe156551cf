import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { nodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import {
  DataDirectoryError,
  openDataDirectory,
} from "../../../packages/actors/src/directory/data-directory.ts";
import { PROCESSES } from "../../../packages/actors/src/directory/processes.ts";
import { openLostCluster } from "../../../packages/actors/src/directory/recover-directory.ts";
import { mortalCalls, temporaryFolder } from "../support/storage/disks.ts";

const NODES = [nodeId("n1")];
const SYSTEM = { calls: mortalCalls(Infinity), processes: PROCESSES };
const WINDOWS = { ...SYSTEM, platform: "win32" } as const;

function refusal(path: string): DataDirectoryError {
  return new DataDirectoryError(
    `${path} cannot be a data directory: Windows cannot sync a directory, so a power loss could take acknowledged ` +
      "writes; keep the logs in memory (--memory, or no dataDir), or use WSL 2",
  );
}

test("Windows is refused a new data directory, and nothing is made", () => {
  const path = join(temporaryFolder(), "data");
  expect(() => openDataDirectory(path, NODES, WINDOWS)).toThrow(refusal(path));
  expect(existsSync(path)).toBe(false);
});

test("Windows is refused one that is there, to run it and to recover it, and its lock stays free", () => {
  const path = join(temporaryFolder(), "data");
  openDataDirectory(path, NODES, SYSTEM).close();
  const lock = readdirSync(join(path, "lock"));
  expect(() => openDataDirectory(path, undefined, WINDOWS)).toThrow(refusal(path));
  expect(() => openLostCluster(path, WINDOWS)).toThrow(refusal(path));
  expect(readdirSync(join(path, "lock"))).toEqual(lock);
});

test.each(["linux", "darwin", "freebsd"] as const)("%s is not refused", (platform) => {
  const path = join(temporaryFolder(), "data");
  const directory = openDataDirectory(path, NODES, { ...SYSTEM, platform });
  expect(directory.nodes).toEqual(NODES);
  directory.close();
});
