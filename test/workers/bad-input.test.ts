import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { KontikiError, type ClusterOptions } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import { put, start, temporaryFolder, valueOf } from "./support/clusters.ts";
import { Program } from "./support/programs.ts";

/** The one line that says why a cluster does not start. */
async function refusalOf(options: ClusterOptions): Promise<string> {
  const error: unknown = await start(options).then(
    () => new Error("it started"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KontikiError);
  const { message } = error as KontikiError;
  expect(message).not.toContain("\n");
  return message;
}

/** A file of a data directory as another version would write it. */
function inFormat(format: number, content: string): string {
  const { crc32: _, ...fields } = { ...(JSON.parse(content) as object), format, crc32: "" };
  const checksum = crc32(JSON.stringify(fields)).toString(16).padStart(8, "0");
  return JSON.stringify({ ...fields, crc32: checksum });
}

describe("wrong options are refused", () => {
  const wrong: [ClusterOptions | { readonly [name: string]: unknown }, string][] = [
    [{ nodes: 0 }, "nodes is 0: give 1 to 9 nodes, as their number or as a list of their names"],
    [{ nodes: 10 }, "nodes is 10: give 1 to 9 nodes, as their number or as a list of their names"],
    [{ nodes: -1 }, "nodes is -1: give 1 to 9 nodes, as their number or as a list of their names"],
    [
      { nodes: 2.5 },
      "nodes is 2.5: give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [
      { nodes: Number.NaN },
      "nodes is NaN: give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [
      { nodes: "3" },
      "nodes is '3': give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [
      { nodes: [] },
      "nodes has 0 names: give 1 to 9 nodes, as their number or as a list of their names",
    ],
    [
      { nodes: ["n1", "N2"] },
      "nodes[1] is 'N2': give a name of a-z, 0-9 and -, a letter first, 64 at most",
    ],
    [
      { nodes: ["../n1"] },
      "nodes[0] is '../n1': give a name of a-z, 0-9 and -, a letter first, 64 at most",
    ],
    [{ nodes: ["n1", "n1"] }, "nodes has 'n1' twice: give each node its own name"],
    [{ dataDir: "" }, "dataDir is '': give the path of a folder"],
    [{ dataDir: 5 }, "dataDir is 5: give the path of a folder"],
    [{ electionTimeoutMs: 9 }, "electionTimeoutMs is 9: give a number of milliseconds from 10"],
    [
      { electionTimeoutMs: Infinity },
      "electionTimeoutMs is Infinity: give a number of milliseconds from 10",
    ],
    [{ heartbeatMs: 0 }, "heartbeatMs is 0: give a number of milliseconds from 1"],
    [
      { electionTimeoutMs: 100, heartbeatMs: 51 },
      "heartbeatMs is 51 and electionTimeoutMs 100: a heartbeat must come at least twice in an " +
        "election timeout, or healthy leaders are deposed",
    ],
    [{ proposalTimeoutMs: 0 }, "proposalTimeoutMs is 0: give a number of milliseconds from 1"],
    [{ heapMiB: 1 }, "heapMiB is 1: give a whole number from 16"],
    [
      { restartIntensity: { crashes: -1, withinMs: 1 } },
      "restartIntensity.crashes is -1: give a whole number from 0",
    ],
    [
      { restartIntensity: { crashes: 1, withinMs: 0 } },
      "restartIntensity.withinMs is 0: give a number of milliseconds from 1",
    ],
  ];

  test.each(wrong)("%j", async (options, message) => {
    expect(await refusalOf(options as ClusterOptions)).toBe(`Cluster.start: ${message}`);
  });
});

test("a priority of a node that the data directory does not hold is refused, and unlocks it", async () => {
  const dataDir = temporaryFolder();
  await (await start({ nodes: ["a"], dataDir })).stop();
  expect(await refusalOf({ dataDir, priorities: { a: 1, n1: 1 } })).toBe(
    "Cluster.start: priorities.n1 is 1, and there is no node n1: there are a",
  );
  await start({ dataDir, priorities: { a: 1 } });
});

describe("a data directory is refused", () => {
  test("when this process uses it already", async () => {
    const dataDir = temporaryFolder();
    const first = await start({ nodes: 1, dataDir });
    expect(await refusalOf({ nodes: 1, dataDir })).toBe(
      `${dataDir} is already in use by this process`,
    );
    valueOf(await first.propose(put("a", "1")));
  });

  test("when another process uses it, until that has ended", async () => {
    const dataDir = temporaryFolder();
    const holder = new Program("holder.mjs", [dataDir]);
    await holder.printed(1);
    expect(await refusalOf({ nodes: 1, dataDir })).toBe(
      `${dataDir} is in use by process ${holder.pid}: stop it, or choose another folder`,
    );
    holder.endInput();
    expect(await holder.ended).toMatchObject({ status: 0, stderr: "" });
    await start({ nodes: 1, dataDir });
  });

  test("when another process used it, but not after that process was killed", async () => {
    const dataDir = temporaryFolder();
    const holder = new Program("holder.mjs", [dataDir]);
    await holder.printed(1);
    holder.kill();
    await holder.ended;
    await start({ nodes: 1, dataDir });
  });

  test("when it has other nodes, or a newer format, and nothing in it is changed", async () => {
    const dataDir = temporaryFolder();
    const first = await start({ nodes: 1, dataDir });
    valueOf(await first.propose(put("a", "1")));
    await first.stop();

    expect(await refusalOf({ nodes: 3, dataDir })).toBe(
      `${dataDir} holds the nodes n1, not n1, n2, n3: ` +
        "start it with the nodes it holds, or choose another folder",
    );
    const file = join(dataDir, "cluster.json");
    const content = readFileSync(file, "utf8");
    writeFileSync(file, inFormat(4, content));
    expect(await refusalOf({ nodes: 1, dataDir })).toBe(
      `${dataDir} has format 4 and this version reads format 3: ` +
        "use the version of Kontiki that wrote it, or a later one",
    );
    writeFileSync(file, content);
    const again = await start({ nodes: 1, dataDir });
    expect(await again.get("a")).toEqual({ type: "ok", value: "1" });
  });

  test("when it holds something else", async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, "thesis.txt"), "my only copy");
    expect(await refusalOf({ nodes: 1, dataDir })).toMatch("is not empty and holds no cluster");
    expect(await refusalOf({ dataDir })).toMatch("is not empty and holds no cluster");
    expect(await refusalOf({ dataDir: join(dataDir, "thesis.txt") })).toMatch("is not a folder");
    expect(readFileSync(join(dataDir, "thesis.txt"), "utf8")).toBe("my only copy");
  });
});
