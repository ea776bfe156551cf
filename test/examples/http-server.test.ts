import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../docs/support/pages.ts";

const FOLDER = join(ROOT, "examples", "http-server");

type Running = {
  readonly url: string;
  /** Sends SIGTERM and waits for the end. Gives the exit status and what was printed since the URL. */
  readonly stop: () => Promise<readonly [number | null, readonly string[]]>;
};

async function start(data: string): Promise<Running> {
  const child = spawn(process.execPath, ["main.js"], {
    cwd: FOLDER,
    env: { ...process.env, PORT: "0", DATA: data },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const printed = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: first } = (await printed.next()) as { readonly value: string };
  expect(first).toMatch(/^listening on http:/);
  const stop = async (): Promise<readonly [number | null, readonly string[]]> => {
    const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
    child.kill("SIGTERM");
    const lines: string[] = [];
    for (let next = await printed.next(); next.done !== true; next = await printed.next())
      lines.push(next.value);
    return [await closed, lines];
  };
  return { url: first.replace("listening on ", ""), stop };
}

test("main.js stops gracefully, and finds its data when it starts again", async () => {
  const data = mkdtempSync(join(tmpdir(), "kontiki-test-"));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const first = await start(data);
  const put = await fetch(`${first.url}/greeting`, { method: "PUT", body: "ahoy" });
  expect([put.status, await put.text()]).toEqual([200, "ok\n"]);
  expect(await first.stop()).toEqual([0, ["stopped"]]);
  const second = await start(data);
  const got = await fetch(`${second.url}/greeting`);
  expect([got.status, await got.text()]).toEqual([200, "ahoy\n"]);
  expect(await second.stop()).toEqual([0, ["stopped"]]);
});
