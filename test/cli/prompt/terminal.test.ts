import { colorsFor, complete, Notes, verbs } from "@kontiki/cli";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Screen } from "../support/fake-host.ts";

describe("colours", () => {
  test.each<[boolean, Record<string, string>, boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    [true, { TERM: "dumb" }, false],
  ])("terminal: %s, environment: %o", (isTTY, env, expected) => {
    expect(colorsFor({ isTTY }, env).isColorSupported).toBe(expected);
  });
});

describe("completion", () => {
  const nodeIds = ["n1", "n2"];
  test.each<[string, [string[], string]]>([
    ["st", [["status ", "stop ", "start "], "st"]],
    ["  pu", [["put "], "pu"]],
    ["crash ", [["n1 ", "n2 ", "leader "], ""]],
    ["crash l", [["leader "], "l"]],
    ["stop n1 ", [[], ""]],
    ["log n", [["n1 ", "n2 "], "n"]],
    ["start l", [[], "l"]],
    ["transfer ", [["n1 ", "n2 "], ""]],
    ["wait c", [["converged "], "c"]],
    ["help ca", [["cas "], "ca"]],
    ["mem", [["member "], "mem"]],
    ["member ", [["list ", "add ", "remove ", "promote "], ""]],
    ["member re", [["remove "], "re"]],
    ["member remove ", [["n1 ", "n2 "], ""]],
    ["member add n", [[], "n"]],
    ["member nonsense n", [[], "n"]],
    ["help mem", [["member "], "mem"]],
    ["put n", [[], "n"]],
    ["nonsense n", [[], "n"]],
  ])("%s", (line, expected) => {
    expect(complete(verbs, line, nodeIds)).toEqual(expected);
  });
});

describe("long work is shown on a terminal", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  async function during(isTTY: boolean, ms: number, what = "starting ..."): Promise<string> {
    const stderr = new Screen(isTTY);
    const notes = new Notes({ stderr, env: { NO_COLOR: "1" } });
    const work = new Promise((resolve) => setTimeout(resolve, ms));
    const shown = notes.during(what, work);
    await vi.advanceTimersByTimeAsync(1500);
    notes.note("n1 crashed");
    await vi.advanceTimersByTimeAsync(ms);
    await shown;
    return stderr.text;
  }

  test("from the first second on, below the notes, and erased at the end", async () => {
    expect(await during(true, 2500)).toBe(
      "starting ... 1 s\r\u001b[Kn1 crashed\nstarting ... 1 s\r\u001b[Kstarting ... 2 s\r\u001b[K",
    );
  });

  test("never wider than a line, because a line that wraps cannot be erased", async () => {
    const line = `${"x".repeat(70)} ... 1 s`;
    expect(line.length).toBe(78);
    expect(await during(true, 1200, "x".repeat(90))).toContain(`${line}\r`);
    expect(await during(true, 1200, "x".repeat(75))).toContain(`${"x".repeat(75)} 1 s\r`);
  });

  test("not when it is quick", async () => {
    expect(await during(true, 500)).toBe("n1 crashed\n");
  });

  test("not elsewhere", async () => {
    expect(await during(false, 2500)).toBe("n1 crashed\n");
  });
});
