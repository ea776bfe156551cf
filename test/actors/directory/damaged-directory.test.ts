import type { NodeId } from "@kontiki/core";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DataDirectoryError,
  openDataDirectory,
  type DataDirectory,
} from "../../../packages/actors/src/directory/data-directory.ts";
import { PROCESSES } from "../../../packages/actors/src/directory/processes.ts";
import { swapFolders } from "../../../packages/actors/src/faults/swap-folders.ts";
import { PowerLoss, systemError, temporaryFolder, watchedCalls } from "../support/storage/disks.ts";
import { json, made, N1, N2, N3, N4, NODES, QUICK } from "../support/data-directories.ts";

function using<T>(path: string, use: (directory: DataDirectory) => T, calls = QUICK.calls): T {
  const directory = openDataDirectory(path, undefined, { calls, processes: PROCESSES });
  try {
    return use(directory);
  } finally {
    directory.close();
  }
}

/** The nodes that must not run, and why. */
function faultsOf(path: string): Partial<Record<NodeId, string>> {
  const disks = using(path, (directory) => directory.disks());
  return Object.fromEntries(
    disks.flatMap(({ node, fault }) => (fault === undefined ? [] : [[node, fault]])),
  );
}

function flip(path: string, at: number, bit: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
  writeFileSync(path, bytes);
}

describe("one bad folder does not keep the other nodes from running", () => {
  test.each<[string, (path: string) => void, (path: string) => string]>([
    [
      "is lost",
      (path) => rmSync(join(path, "n2"), { recursive: true }),
      (path) => `the folder ${join(path, "n2")} is lost, and with it what the node promised`,
    ],
    [
      "has lost its node.json",
      (path) => rmSync(join(path, "n2", "node.json")),
      (path) => `${join(path, "n2", "node.json")} is lost, so whose folder this is cannot be told`,
    ],
    [
      "has a damaged node.json",
      (path) => flip(join(path, "n2", "node.json"), 12, 0),
      (path) => `${join(path, "n2", "node.json")} is damaged`,
    ],
    [
      "has a newer format",
      (path) => writeFileSync(join(path, "n2", "node.json"), '{"format":9}'),
      (path) =>
        `${join(path, "n2")} has format 9 and this version reads format 3: ` +
        "use the version of Kontiki that wrote it, or a later one",
    ],
    [
      "belongs to another node",
      (path) => {
        rmSync(join(path, "n2"), { recursive: true });
        cpSync(join(path, "n1"), join(path, "n2"), { recursive: true });
      },
      (path) => `${join(path, "n2")} belongs to node n1`,
    ],
    [
      "is a file",
      (path) => {
        rmSync(join(path, "n2"), { recursive: true });
        writeFileSync(join(path, "n2"), "");
      },
      (path) => `${join(path, "n2", "node.json")} is lost, so whose folder this is cannot be told`,
    ],
  ])("that %s", (_title, spoil, fault) => {
    const { path } = made();
    spoil(path);
    expect(faultsOf(path)).toEqual({ n2: fault(path) });
    using(path, (directory) => {
      expect(() => directory.pathOf(N2)).toThrow(
        new DataDirectoryError(`n2 cannot run: ${fault(path)}`),
      );
      expect(directory.pathOf(N1)).toBe(join(path, "n1"));
      expect(directory.wipeNode(N2)).toEqual({
        node: N2,
        uid: 1,
        path: join(path, "n2"),
        fault: undefined,
      });
    });
    expect(faultsOf(path)).toEqual({});
    expect(json(path, "n2", "node.json")).toMatchObject({ node: "n2", uid: 1 });
  });

  test("that belongs to another cluster", () => {
    const [path, other] = [made().path, made().path];
    rmSync(join(path, "n2"), { recursive: true });
    cpSync(join(other, "n2"), join(path, "n2"), { recursive: true });
    const { cluster } = json(path, "cluster.json") as { readonly cluster: string };
    const strange = json(other, "cluster.json") as { readonly cluster: string };
    expect(faultsOf(path)).toEqual({
      n2: `${join(path, "n2")} belongs to another cluster (${strange.cluster}, not ${cluster})`,
    });
  });

  test("that cannot be read", () => {
    const { path } = made();
    const calls = watchedCalls((call, name) => {
      if (call === "readFileSync" && String(name).endsWith(join("n2", "node.json")))
        throw systemError("EIO");
    });
    const disks = using(path, (directory) => directory.disks(), calls);
    expect(disks.map(({ fault }) => fault)).toEqual([
      undefined,
      `cannot read ${join(path, "n2", "node.json")}: the device reports an I/O error (EIO); check the disk before you continue`,
      undefined,
    ]);
  });

  test("and a folder of a majority does not keep the last node", () => {
    const { path } = made();
    rmSync(join(path, "n2"), { recursive: true });
    rmSync(join(path, "n3", "node.json"));
    expect(Object.keys(faultsOf(path))).toEqual(["n2", "n3"]);
    rmSync(join(path, "n1"), { recursive: true });
    expect(() => using(path, String)).toThrow(
      new DataDirectoryError(
        `${path} has no node that can run (the folder ${join(path, "n1")} is lost, and with it what the node promised; ` +
          `the folder ${join(path, "n2")} is lost, and with it what the node promised; ` +
          `${join(path, "n3", "node.json")} is lost, so whose folder this is cannot be told): restore the whole data ` +
          "directory from one copy taken while the cluster was stopped, or choose a new folder",
      ),
    );
  });

  test("any flipped bit of node.json is noticed, and so is one of cluster.json, which is restored", () => {
    const { path } = made();
    const files = [join(path, "n2", "node.json"), join(path, "cluster.json")];
    const before = files.map((file) => readFileSync(file, "utf8").trim());
    for (const [which, file] of files.entries()) {
      for (let at = 0; at < (before[which] ?? "").length; at += 3) {
        flip(file, at, at % 8);
        const faults = faultsOf(path);
        expect(Object.keys(faults)).toEqual(which === 0 ? ["n2"] : []);
        if (which === 0) flip(file, at, at % 8);
      }
      const after = readFileSync(file, "utf8").trim();
      if (which === 0) expect(after).toBe(before[which]);
      else expect(JSON.parse(after)).toMatchObject({ nodes: { n1: 0, n2: 0, n3: 0 } });
    }
  });
});

describe("cluster.json is restored from the folders of the nodes", () => {
  test.each<[string, (path: string) => void]>([
    ["lost", (path) => rmSync(path)],
    ["damaged", (path) => writeFileSync(path, "{")],
  ])("when it is %s", (state, spoil) => {
    const { path } = made();
    using(path, (directory) => {
      directory.addNode(N4);
      directory.wipeNode(N2);
      directory.removeNode(N1);
    });
    const file = join(path, "cluster.json");
    const before = json(file) as { readonly version: number };
    spoil(file);
    using(path, (directory) => {
      expect(directory.nodes).toEqual([N2, N3, N4]);
      expect(directory.repair).toBe(`${file} was ${state} and is restored from the folder of n2`);
      expect(directory.addNode(N1)).toMatchObject({ uid: 3 });
    });
    expect(json(file)).toMatchObject({ version: before.version + 2 });
    expect(using(path, ({ repair }) => repair)).toBe(undefined);
  });

  test("also from one folder that is not the first, and a bad one among them", () => {
    const { path } = made();
    rmSync(join(path, "cluster.json"));
    rmSync(join(path, "n1"), { recursive: true });
    writeFileSync(join(path, "n2", "cluster.json"), "");
    expect(Object.keys(faultsOf(path))).toEqual(["n1"]);
  });

  test("when an old copy was brought back; nodes that came with it must not run", () => {
    const { path } = made();
    const backup = temporaryFolder();
    cpSync(path, backup, { recursive: true });
    using(path, (directory) => directory.wipeNode(N2));
    for (const name of ["cluster.json", "n3"]) {
      rmSync(join(path, name), { recursive: true });
      cpSync(join(backup, name), join(path, name), { recursive: true });
    }
    expect(faultsOf(path)).toEqual({
      n3: `${join(path, "n3")} is an older copy than the other folders, and what the node promised since is lost`,
    });
  });

  test("but not from the folders of another cluster", () => {
    const [path, other] = [made().path, made().path];
    rmSync(join(path, "cluster.json"));
    for (const name of ["n2", "n3"]) {
      rmSync(join(path, name), { recursive: true });
      cpSync(join(other, name), join(path, name), { recursive: true });
    }
    expect(Object.keys(faultsOf(path))).toEqual(["n1"]);
    const { path: mixed } = made();
    rmSync(join(mixed, "cluster.json"));
    rmSync(join(mixed, "n3"), { recursive: true });
    rmSync(join(mixed, "n2"), { recursive: true });
    cpSync(join(other, "n2"), join(mixed, "n2"), { recursive: true });
    expect(() => using(mixed, String)).toThrow(/is damaged \(cluster.json\)/);
  });

  test("the copies are written again where they are lost", () => {
    const { path } = made();
    for (const node of NODES) rmSync(join(path, node, "cluster.json"));
    using(path, String);
    for (const node of NODES)
      expect(json(path, node, "cluster.json")).toMatchObject({ holder: node, version: 1 });
  });
});

describe("a directory of format 2", () => {
  test("is read, and written again with checksums", () => {
    const { path } = made();
    const { cluster } = json(path, "cluster.json") as { readonly cluster: string };
    const nodes = { n1: 0, n2: 0, n3: 0 };
    const old = { format: 2, cluster, voters: NODES, nodes, lastUid: 0 };
    writeFileSync(join(path, "cluster.json"), JSON.stringify(old));
    for (const node of NODES) {
      rmSync(join(path, node, "cluster.json"));
      const file = { format: 2, cluster, node, uid: 0 };
      writeFileSync(join(path, node, "node.json"), JSON.stringify(file));
    }
    expect(using(path, (directory) => directory.nodes)).toEqual(NODES);
    expect(json(path, "cluster.json")).toMatchObject({ ...old, format: 3, version: 1 });
    expect(json(path, "n1", "node.json")).toMatchObject({ format: 3, node: "n1", uid: 0 });
    expect(json(path, "n1", "cluster.json")).toMatchObject({ format: 3, version: 1 });
  });
});

describe("damaged files are never removed", () => {
  const KEPT = "0000000001.wal.damaged-1";

  function withDamage(): string {
    const { path } = made();
    writeFileSync(join(path, "n2", KEPT), "evidence");
    return path;
  }

  test.each<[string, (directory: DataDirectory) => unknown]>([
    ["wiped", (directory) => directory.wipeNode(N2)],
    ["removed", (directory) => directory.removeNode(N2)],
  ])("with a node that is %s: its folder is set aside", (_title, act) => {
    const path = withDamage();
    using(path, act);
    expect(readFileSync(join(path, "n2.damaged-1", KEPT), "utf8")).toBe("evidence");
    expect(existsSync(join(path, "n2", KEPT))).toBe(false);
    using(path, String);
    expect(readdirSync(path)).toContain("n2.damaged-1");
  });

  test.each<[string, (directory: DataDirectory) => unknown]>([
    ["wiped", (directory) => directory.wipeNode(N2)],
    ["removed", (directory) => directory.removeNode(N2)],
  ])("with a node that is %s while its folder is that of another", (_title, act) => {
    const { path } = made();
    using(path, (directory) => {
      swapFolders(join(path, "n1"), join(path, "n2"));
      act(directory);
    });
    expect(json(path, "n2.damaged-1", "node.json")).toMatchObject({ node: "n1" });
  });

  test("a folder that was set aside is kept when the next one is", () => {
    const { path } = made();
    using(path, (directory) => {
      directory.wipeNode(N2, true);
      directory.wipeNode(N2, true);
      directory.wipeNode(N2);
    });
    expect(readdirSync(path).sort()).toEqual([
      "cluster.json",
      "lock",
      "n1",
      "n2",
      "n2.damaged-1",
      "n2.damaged-2",
      "n3",
    ]);
  });
});

describe("a process that dies at any call", () => {
  const KEPT = "0000000001.wal.damaged-1";

  /** Does it with calls that fail from number `budget` on. Returns whether it was done. */
  function interrupted(
    path: string,
    budget: number,
    act: (directory: DataDirectory) => unknown,
  ): boolean {
    let left = budget;
    const watched = watchedCalls(() => {
      if (left <= 0) throw new PowerLoss();
      left -= 1;
    });
    const calls = { ...watched, fdatasyncSync: (): void => {}, fsyncSync: (): void => {} };
    let opened: DataDirectory | undefined;
    try {
      opened = openDataDirectory(path, undefined, { calls, processes: PROCESSES });
      act(opened);
      return true;
    } catch (cause) {
      expect(cause).toBeInstanceOf(PowerLoss);
      return false;
    } finally {
      left = Infinity;
      opened?.close();
    }
  }

  /** Frees the lock of a process that died while it had it. */
  const freed = (path: string): void =>
    rmSync(join(path, "lock"), { recursive: true, force: true });

  const evidence = (path: string): readonly string[] =>
    readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(KEPT));

  test.each<[string, (directory: DataDirectory) => unknown]>([
    ["wipes", (directory) => directory.wipeNode(N2)],
    ["wipes, keeping all,", (directory) => directory.wipeNode(N2, true)],
    ["removes", (directory) => directory.removeNode(N2)],
  ])(
    "while it %s a node with damaged files keeps them, and can repeat it",
    { timeout: 60_000 },
    (_title, act) => {
      const { path: template } = made();
      writeFileSync(join(template, "n2", KEPT), "evidence");
      for (let budget = 0, finished = false; !finished; budget += 1) {
        const path = join(temporaryFolder(), "data");
        cpSync(template, path, { recursive: true });
        finished = interrupted(path, budget, act);
        freed(path);
        expect(evidence(path)).toHaveLength(1);
        const { nodes, faults } = using(path, (directory) => ({
          nodes: directory.nodes,
          faults: directory.disks().filter(({ fault }) => fault !== undefined),
        }));
        // Between its old disk and its new one the node may be without a folder: it must not run, and the others may.
        expect(faults.length).toBeLessThanOrEqual(nodes.length === 3 ? 1 : 0);
        using(path, (directory) => {
          if (directory.nodes.includes(N2)) act(directory);
        });
        expect(faultsOf(path)).toEqual({});
        const [kept] = evidence(path);
        expect(kept).toBe(join("n2.damaged-1", KEPT));
        expect(readFileSync(join(path, kept ?? ""), "utf8")).toBe("evidence");
      }
    },
  );

  test(
    "while it restores cluster.json leaves what the next one can restore",
    { timeout: 60_000 },
    () => {
      const { path: template } = made();
      using(template, (directory) => directory.wipeNode(N2));
      writeFileSync(join(template, "cluster.json"), "{");
      rmSync(join(template, "n1", "cluster.json"));
      for (let budget = 0, finished = false; !finished; budget += 1) {
        const path = join(temporaryFolder(), "data");
        cpSync(template, path, { recursive: true });
        finished = interrupted(path, budget, String);
        freed(path);
        expect(faultsOf(path)).toEqual({});
        expect(json(path, "cluster.json")).toMatchObject({ nodes: { n1: 0, n2: 1, n3: 0 } });
        expect(json(path, "n1", "cluster.json")).toMatchObject({ nodes: { n1: 0, n2: 1, n3: 0 } });
      }
    },
  );
});
