import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The files of the core that hold no rule of the protocol: checks that are made of it, its types, the texts and limits of its
 * configuration, and the layout of states in memory.
 */
const NOT_OF_THE_PROTOCOL = new Set([
  "assert.ts",
  "config.ts",
  "index.ts",
  "invariants.ts",
  "shape.ts",
]);

/** The folders of the actors that safety depends on. */
const FOLDERS = ["sessions", "storage/recovery", "storage/snapshot", "storage/wal"];

/** The files of other folders that safety depends on. */
const FILES = [
  "client/client-proposals.ts",
  "client/client-reads.ts",
  "client/client-session.ts",
  "client/client.ts",
  "client/pending-queue.ts",
  "node/applier.ts",
  "node/lease.ts",
  "node/node-actor.ts",
  "node/node-runner.ts",
  "node/peer-starts.ts",
  "node/performer.ts",
  "node/read-letters.ts",
  "node/reads.ts",
  "node/reject-proposals.ts",
  "node/snapshot-taker.ts",
  "node/timers.ts",
];

/** The files that the generator mutates, from the root of the repository, in order. */
export function filesToMutate(root: string): readonly string[] {
  const core = "packages/core/src";
  const actors = "packages/actors/src";
  const inFolder = (folder: string): readonly string[] =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".ts"))
      .toSorted()
      .map((name) => `${folder}/${name}`);
  return [
    ...inFolder(core).filter((file) => !NOT_OF_THE_PROTOCOL.has(file.slice(core.length + 1))),
    ...FOLDERS.flatMap((folder) => inFolder(`${actors}/${folder}`)),
    ...FILES.map((file) => `${actors}/${file}`),
  ];
}
