import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Cluster, KontikiError, type ClusterOptions } from "@kontiki/actors";
import { describe, expect, onTestFinished, test } from "vitest";
import { commonLog, machine, record, start, temporaryFolder, valueOf } from "./support/clusters.ts";
import { run } from "./support/programs.ts";

describe("a custom state machine", () => {
  test.each([
    ["a path relative to the calling file", "./machines/echo.mjs"],
    [
      "a data: URL",
      "data:text/javascript,export default () => ({apply: c => c, snapshot(){}, restore(){}})",
    ],
  ])("is named by %s", async (_, stateMachine) => {
    const cluster = await Cluster.start<string, string>({ nodes: 1, stateMachine });
    onTestFinished(() => cluster.stop());
    expect(await cluster.propose("ahoy")).toEqual({ type: "ok", value: "ahoy" });
  });

  test("is found by a plain program too, wherever that is started", async () => {
    const { lines, stderr, status } = await run("relative.mjs");
    expect({ lines, stderr, status }).toEqual({
      lines: ['{"type":"ok","value":"ahoy"}'],
      stderr: "",
      status: 0,
    });
  });

  test("may be TypeScript, and may import TypeScript", async () => {
    const cluster = await start<number[], number>({
      nodes: 3,
      stateMachine: "../machines/tally.ts",
    });
    expect(valueOf(await cluster.propose([1, 2, 3]))).toBe(6);
    await cluster.node(await cluster.leader()).crash();
    expect(valueOf(await cluster.propose([4]))).toBe(10);
    await commonLog(cluster);
  });
});

function moduleSaying(source: string, name = "machine.mjs"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, source);
  return pathToFileURL(path).href;
}

describe("a module that is not a state machine is refused", () => {
  // `test/actors/machine/load-machine.test.ts` has all reasons.
  test("with the place and the reason, in one line", async () => {
    const url = moduleSaying("export const machine = 1");
    const error: unknown = await start({ nodes: 1, stateMachine: url }).then(
      () => new Error("it started"),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(KontikiError);
    expect((error as KontikiError).message).toBe(
      `n1 cannot start: state machine ${url}: its default export is not a function that makes a machine`,
    );
  });

  test("in TypeScript that needs more than its types stripped", async () => {
    const url = moduleSaying("export enum Mood { Good }\nexport default 1;", "machine.ts");
    await expect(start({ nodes: 1, stateMachine: url })).rejects.toThrow(
      /^n1 cannot start: state machine file:.*machine\.ts cannot be loaded: .*enum/,
    );
  });

  test.each([["http://["], [""], [5 as unknown as string]])("by the name %j", async (name) => {
    await expect(start({ nodes: 1, stateMachine: name })).rejects.toThrow(
      /^(Cluster.start: )?stateMachine is .*: (pass|give) a URL, or a path/,
    );
  });

  test("and leaves nothing running", async () => {
    const folder = temporaryFolder();
    const options: ClusterOptions[] = [
      { nodes: 2, dataDir: folder, stateMachine: machine("nowhere.mjs") },
      { nodes: 2, dataDir: folder, stateMachine: moduleSaying("throw 1") },
      { nodes: 2, dataDir: folder },
    ];
    const { lines, stderr, status } = await run(
      "refusals.mjs",
      ...options.map((option) => JSON.stringify(option)),
    );
    expect(lines.map((line) => line.slice(0, 15))).toEqual([
      "KontikiError: n",
      "KontikiError: n",
      "it started",
    ]);
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
});

describe("a machine that throws", () => {
  test("gives an error that is the same on every node, and survives", async () => {
    const cluster = await start<string, unknown>({ stateMachine: machine("moody.mjs") });
    const events = record(cluster);
    const answers = [];
    for (const mood of ["throw an error", "throw a text", "throw nothing", "be well"])
      answers.push(await cluster.propose(mood));
    expect(answers).toEqual([
      { type: "error", message: "not today" },
      { type: "error", message: "not an error" },
      { type: "error", message: "undefined" },
      { type: "ok", value: 4 },
    ]);
    // So does an answer that is not plain data.
    expect(await cluster.propose("answer a promise")).toEqual({
      type: "error",
      message: "the result is a Promise, which is not plain data: use the value that it gives",
    });
    expect(await cluster.propose("answer a map")).toEqual({
      type: "error",
      message: "the result is a Map, which is not plain data: use an array of its entries",
    });
    await commonLog(cluster);
    expect(events.filter(({ type }) => type === "crashed")).toEqual([]);
  });

  test("gives an error like the built-in one for an unknown command", async () => {
    const cluster = await start({ nodes: 1 });
    expect(await cluster.propose({ type: "put", key: "", value: "v" })).toEqual({
      type: "error",
      message: "a key has at least one character",
    });
    expect(await cluster.propose({ type: "sing" } as never)).toEqual({
      type: "error",
      message: 'the key-value machine knows no command {"type":"sing"}',
    });
    expect(
      await cluster.propose({ type: "put", key: "k", value: "v".repeat(2 ** 20 + 1) }),
    ).toEqual({
      type: "error",
      message: "this value has 1048577 bytes; the most is 1048576",
    });
  });
});
