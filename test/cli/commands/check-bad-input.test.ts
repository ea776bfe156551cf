/** Files and options that `kontiki check` cannot use. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/kontiki.ts";
import { check, saved, VALID } from "../support/check-command.ts";

describe("bad input is one line and status 2", () => {
  const bad = async (file: string, options: readonly string[], message: string): Promise<void> => {
    const { status, stdout, stderr } = await check(file, ...options);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe(`kontiki: ${message}\n`);
  };

  test("no such file", async () => {
    const file = join(temporaryDirectory(), "none");
    const message = `cannot read ${file}: no such file or directory`;
    await bad(file, ["--model", "register"], message);
  });

  test("a directory", async () => {
    const file = temporaryDirectory();
    const message = `cannot read ${file}: it is a folder; give a file`;
    await bad(file, ["--model", "register"], message);
  });

  test("a file of no format", async () => {
    const file = saved("h", "hello\n");
    const message = "its format is not recognized; use --format to name it";
    await bad(file, ["--model", "register"], `${file}: ${message}`);
  });

  test("a file that is not text", async () => {
    const file = saved("h", Uint8Array.of(0x7b, 0xff));
    await bad(file, ["--model", "register"], `${file} is not valid UTF-8`);
  });

  test("a broken line", async () => {
    const file = saved("h.jsonl", `${VALID}{"type":"operation",`);
    const message = `${file}:5:21: the line ends within its JSON: each line has one object (read as jsonl)`;
    await bad(file, ["--model", "register"], message);
  });

  test("an empty file", async () => {
    const file = saved("h.jsonl", "");
    const message = `${file}:1:1: the history has no operations (read as jsonl)`;
    await bad(file, ["--model", "register", "--format", "jsonl"], message);
  });

  test("an operation that the model does not have", async () => {
    const file = saved("h.jsonl", VALID);
    await bad(
      file,
      ["--model", "queue"],
      `${file}:2: operation "write" of process a at 0: the model queue has no "write", only enqueue, dequeue`,
    );
  });

  test("no such model", async () => {
    const names =
      "register, key-value, list-append, queue, lock, set, txn-register, txn-list-append";
    const message = `there is no model stack: it must be ${names}, or the path of a module`;
    await bad(saved("h.jsonl", VALID), ["--model", "stack"], message);
  });

  test.each([
    [[], "required option '--model <model>' not specified"],
    [["--model", "register", "--format", "xml"], "Allowed choices are jepsen, edn, jsonl."],
    [
      ["--model", "register", "--seconds", "0"],
      "It must be a number of seconds from 0.1 to 86400.",
    ],
    [["--model", "register", "--memory", "0"], "It must be a whole number from 1 to 12288."],
    [["--model", "register", "--html", ""], "It must be the path of a file."],
  ])("options %j", async (options, message) => {
    const { status, stdout, stderr } = await check("h.jsonl", ...options);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
