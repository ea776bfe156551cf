/** Data directories of three nodes on a real file system, and why they are refused. */
import { nodeId } from "@kontiki/core";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import {
  DataDirectoryError,
  openDataDirectory,
  type DirectorySystem,
} from "../../../packages/actors/src/directory/data-directory.ts";
import { PROCESSES } from "../../../packages/actors/src/directory/processes.ts";
import { mortalCalls, temporaryFolder } from "./storage/disks.ts";

export const [N1, N2, N3, N4] = [nodeId("n1"), nodeId("n2"), nodeId("n3"), nodeId("n4")];

export const NODES = [N1, N2, N3];

/** The checksum of a file of the directory, whatever it is. */
export const CRC32 = expect.stringMatching(/^[0-9a-f]{8}$/) as unknown;

/** Power loss does not matter in these tests, and syncing takes time. */
export const QUICK: DirectorySystem = {
  calls: mortalCalls(Infinity),
  processes: PROCESSES,
};

/** A data directory that was created and closed. */
export function made(): { path: string; clusterId: string } {
  const path = join(temporaryFolder(), "data");
  const directory = openDataDirectory(path, NODES, QUICK);
  directory.close();
  return { path, clusterId: directory.clusterId };
}

/** Why the directory is not opened with these nodes; undefined if it is. */
export function refusal(
  path: string,
  nodes: { readonly names: readonly (typeof N1)[] | undefined } = { names: NODES },
): unknown {
  try {
    openDataDirectory(path, nodes.names, QUICK).close();
  } catch (cause) {
    if (cause instanceof DataDirectoryError) return cause.message;
    throw cause;
  }
  return undefined;
}

/** What a file of JSON holds, by the parts of its path. */
export function json(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(...path), "utf8"));
}
