/** A trace in a file: each start of a node has its own, and the readable part of it replays. */
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { DiskError } from "../../../packages/actors/src/storage/disk/disk.ts";
import {
  openTraceFile,
  readTraceFile,
  TraceFile,
} from "../../../packages/actors/src/trace/trace-file.ts";
import { replayTrace } from "../../../packages/actors/src/trace/trace-replay.ts";
import { n1, n2 } from "../support/actors.ts";
import { EVERYTHING, record } from "../support/recorded.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kontiki-trace-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("a trace file", () => {
  test("replays", () => {
    const [trace = []] = record(EVERYTHING).traces.values();
    const file = openTraceFile(temporaryFolder(), n1, 1);
    for (const line of trace) file.write(line);
    file.close();
    expect([...readTraceFile(file.path)]).toEqual(trace);
    expect(replayTrace(readTraceFile(file.path))).toEqual({
      steps: trace.length - 1,
      differences: [],
    });
  });

  test("has the number of the incarnation, or the next one after earlier runs, in a folder that is created", () => {
    const folder = join(temporaryFolder(), "a", "b");
    const names = (["n1 1", "n1 2", "n2 1", "n1 1", "n1 7", "n1 2"] as const).map((start) => {
      const [node, incarnation] = start.split(" ");
      const file = openTraceFile(folder, node === "n1" ? n1 : n2, Number(incarnation));
      file.close();
      return file.path.slice(folder.length + 1);
    });
    expect(names).toEqual([
      "n1-1.ndjson",
      "n1-2.ndjson",
      "n2-1.ndjson",
      "n1-3.ndjson",
      "n1-7.ndjson",
      "n1-8.ndjson",
    ]);
    expect(readdirSync(folder)).toHaveLength(names.length);
  });

  test("collects lines until it is flushed, or there are many", () => {
    const file = openTraceFile(temporaryFolder(), n1, 1);
    const written = (): string => readFileSync(file.path, "utf8");
    file.write("1");
    expect(written()).toBe("");
    file.flush();
    expect(written()).toBe("1\n");
    const long = "ü".repeat(64 * 1024);
    file.write(long);
    expect(written()).toBe(`1\n${long}\n`);
    file.write("2");
    file.close();
    file.write("3");
    file.close();
    expect(written()).toBe(`1\n${long}\n2\n`);
  });

  test("that cannot be written reports why, and disturbs nothing else", () => {
    const path = join(temporaryFolder(), "t");
    writeFileSync(path, "");
    const file = new TraceFile(path, openSync(path, "r"));
    file.write("1");
    file.flush();
    expect(file.failure).toMatchObject({ code: "EBADF" });
    file.write("2");
    file.close();
  });

  test.each([
    ["what a crash left of its last line is ignored", '{"a":1}\n{"b"', ['{"a":1}']],
    ["an editor may leave out its last line break", '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ["blank lines are lines, and counted", "\n{}\n", ["", "{}"]],
    ["nothing is in an empty one", "", []],
  ])("%s", (_title, text, lines) => {
    const path = join(temporaryFolder(), "t");
    writeFileSync(path, text);
    expect([...readTraceFile(path)]).toEqual(lines);
  });

  test("is read in complete characters, however long", () => {
    const path = join(temporaryFolder(), "t");
    const line = `a${"😀".repeat(400_000)}`;
    writeFileSync(path, `${line}\n${line}\n`);
    expect([...readTraceFile(path)]).toEqual([line, line]);
  });

  test("that does not exist, or is not a trace, gives an error that says so", () => {
    const folder = temporaryFolder();
    expect(() => [...readTraceFile(join(folder, "none"))]).toThrow(DiskError);
    expect(() => [...readTraceFile(folder)]).toThrow(DiskError);
    writeFileSync(join(folder, "file"), "");
    expect(() => openTraceFile(join(folder, "file"), n1, 1)).toThrow(DiskError);
    mkdirSync(join(folder, "n1-1.ndjson"));
    expect(openTraceFile(folder, n1, 1).path).toBe(join(folder, "n1-2.ndjson"));
  });
});
