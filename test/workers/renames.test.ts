import { Cluster, openDataDirectory } from "@kontiki/actors";
import { nodeId } from "@kontiki/core";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PATIENT, put, start, temporaryFolder, valueOf } from "./support/clusters.ts";

/** A new data directory as an earlier version may have made it: one of its nodes is named leader. */
function oldDirectory(others: readonly string[]): string {
  const dataDir = join(temporaryFolder(), "data");
  openDataDirectory(dataDir, ["old", ...others].map(nodeId)).close();
  // That version wrote no checksums, and no copies of cluster.json.
  for (const file of ["cluster.json", "old/node.json"]) {
    const path = join(dataDir, file);
    const text = readFileSync(path, "utf8").replace(/,"crc32":"[0-9a-f]*"/, "");
    writeFileSync(path, text.replace('"format":3', '"format":2').replaceAll('"old"', '"leader"'));
  }
  for (const node of ["old", ...others]) rmSync(join(dataDir, node, "cluster.json"));
  renameSync(join(dataDir, "old"), join(dataDir, "leader"));
  return dataDir;
}

test.each([["alone", []] as const, ["with others", ["n2", "n3"]] as const])(
  "a node named leader, %s, is refused, and gets another name",
  async (_title, others) => {
    const dataDir = oldDirectory(others);
    await expect(Cluster.start({ dataDir })).rejects.toThrow("holds a node named leader, which");

    const cluster = await start({ dataDir, renames: { leader: "n4" } });
    expect(cluster.nodeIds).toEqual([...others, "n4"]);
    valueOf(await cluster.propose(put("k", "v"), PATIENT));
    await cluster.stop();

    const again = await start({ dataDir });
    expect(again.nodeIds).toEqual([...others, "n4"]);
    expect(valueOf(await again.get("k", PATIENT))).toBe("v");
  },
);
