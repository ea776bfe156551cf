import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { History, historyFile } from "../../../packages/cli/dist/prompt/history.js";
import { temporaryDirectory } from "../support/kontiki.ts";

describe("the file is", () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ["in the folder of states", { XDG_STATE_HOME: "/s", HOME: "/h" }, "/s/kontiki/history"],
    ["in the home folder", { HOME: "/h" }, "/h/.local/state/kontiki/history"],
    ["not relative", { XDG_STATE_HOME: "s", HOME: "/h" }, "/h/.local/state/kontiki/history"],
    ["nowhere without a home", {}, undefined],
  ])("%s", (_title, env, path) => {
    expect(historyFile(env)).toBe(path);
  });
});

function newFile(): string {
  return join(temporaryDirectory(), "state", "kontiki", "history");
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe("a history", () => {
  test("has the lines of earlier runs, newest first, for its owner alone", () => {
    const path = newFile();
    const first = new History(path);
    expect(first.lines).toEqual([]);
    for (const line of ["put k v", "", "  ", "get k", "get k", "x".repeat(4097), "quit"])
      first.add(line);
    expect(readFileSync(path, "utf8")).toBe("put k v\nget k\nquit\n");
    expect([modeOf(path), modeOf(dirname(path))]).toEqual(["600", "700"]);
    const second = new History(path);
    expect(second.lines).toEqual(["quit", "get k", "put k v"]);
    second.add("quit");
    expect(readFileSync(path, "utf8")).toBe("put k v\nget k\nquit\n");
  });

  test("is made private when others could read it", () => {
    const path = newFile();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "put secret 1\n");
    chmodSync(path, 0o644);
    expect(new History(path).lines).toEqual(["put secret 1"]);
    expect(modeOf(path)).toBe("600");
  });

  test("is cut to its newest lines", () => {
    const path = newFile();
    mkdirSync(dirname(path), { recursive: true });
    const lines = Array.from({ length: 2000 }, (_, at) => `get k${at}`);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
    expect(new History(path).lines).toEqual(lines.slice(1000).toReversed());
    expect(readFileSync(path, "utf8").split("\n")).toEqual([...lines.slice(1000), ""]);
    expect(modeOf(path)).toBe("600");
  });

  test.each([
    ["a folder", (path: string) => void mkdirSync(path, { recursive: true })],
    [
      "below a file",
      (path: string) => {
        mkdirSync(dirname(dirname(path)), { recursive: true });
        writeFileSync(dirname(path), "");
      },
    ],
  ])("never fails: the file is %s", (_title, spoil) => {
    const path = newFile();
    spoil(path);
    const history = new History(path);
    history.add("get k");
    expect(history.lines).toEqual([]);
  });

  test("is kept nowhere without a file", () => {
    const history = new History(undefined);
    history.add("get k");
    expect(history.lines).toEqual([]);
    expect(existsSync(join(process.cwd(), "history"))).toBe(false);
  });
});
