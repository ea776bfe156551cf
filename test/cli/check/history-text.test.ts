import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, describe, expect, test } from "vitest";
import { Allowance, UsedUp } from "../../../packages/cli/src/check/allowance.ts";
import { openText, type HistoryText } from "../../../packages/cli/src/check/history-text.ts";

const folder = mkdtempSync(join(tmpdir(), "kontiki-text-"));
afterAll(() => rmSync(folder, { recursive: true }));

const plenty = (): Allowance => new Allowance(60_000, Infinity);

/** Three bytes a character, so that some characters are cut wherever blocks end. */
const LONG = "\u20ac".repeat(1_000_000);

async function opened(file: string, bytes?: Uint8Array): Promise<HistoryText> {
  const stdin = new PassThrough();
  stdin.end(bytes);
  const host = { stdin, signal: new AbortController().signal };
  const text = await openText(file, file, host, plenty());
  if (text === undefined || text instanceof UsedUp) throw new Error("the text was not opened");
  return text;
}

function saved(name: string, bytes: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

describe("the text of a file", () => {
  test("comes in parts, and again each time it is asked for", async () => {
    const { parts, bytes, bytesRead } = await opened(saved("long.txt", LONG));
    const first = [...parts];
    expect(first.length).toBeGreaterThan(2);
    expect(first.join("") === LONG).toBe(true);
    expect([...parts].join("") === LONG).toBe(true);
    expect({ bytes, read: bytesRead() }).toEqual({ bytes: 3_000_000, read: 3_000_000 });
  });

  test("is read only as far as it is needed", async () => {
    const { parts, bytesRead } = await opened(saved("long.txt", LONG));
    for (const _ of parts) break;
    expect(bytesRead()).toBe(2 ** 20);
  });

  test("is that of standard input for a dash", async () => {
    const { parts, bytes } = await opened("-", Buffer.from(LONG));
    expect([...parts].join("") === LONG).toBe(true);
    expect(bytes).toBe(3_000_000);
  });

  test("must be UTF-8 to its end", async () => {
    const cut = await opened(saved("cut.txt", Buffer.from("\u20ac").subarray(0, 2)));
    expect(() => [...cut.parts]).toThrow("cut.txt is not valid UTF-8");
    const wrong = await opened("-", Buffer.from([0x61, 0xff]));
    expect(() => [...wrong.parts]).toThrow("- is not valid UTF-8");
  });

  test("cannot be read when the file is gone, or is none", async () => {
    await expect(opened(join(folder, "none.txt"))).rejects.toThrow(/^cannot read .*none\.txt: /);
    await expect(opened(folder)).rejects.toThrow(/^cannot read .*: /);
    const file = saved("gone.txt", "a");
    const { parts } = await opened(file);
    rmSync(file);
    expect(() => [...parts]).toThrow(/^cannot read .*gone\.txt: /);
  });

  test("of standard input is not read beyond what a check may use", async () => {
    const stdin = new PassThrough();
    stdin.end(Buffer.from("a"));
    const host = { stdin, signal: new AbortController().signal };
    expect(await openText("-", "-", host, new Allowance(60_000, -1))).toEqual(new UsedUp("memory"));
  });

  test("is not read when the program is interrupted first", async () => {
    const host = { stdin: new PassThrough(), signal: AbortSignal.abort() };
    expect(await openText("-", "-", host, plenty())).toBeUndefined();
  });
});
