import { once } from "node:events";
import { closeSync, constants, openSync, readSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Registry, type Registered } from "../../../packages/cli/src/control/registry.ts";
import { temporaryDirectory } from "../support/kontiki.ts";

test("a name is given to one of two clusters that start at once, and again when that is gone", async () => {
  const folder = temporaryDirectory();
  const registry = new Registry({ XDG_STATE_HOME: folder });
  const entry = (pid: number): Registered => ({
    name: "lab",
    pid,
    data: null,
    socket: join(folder, `${pid}.sock`),
    log: null,
    startedAt: 0,
  });
  const server = createServer((socket) => socket.destroy()).listen(entry(1).socket);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  await registry.add(entry(1));
  await expect(registry.add(entry(2))).rejects.toThrow(
    /^a cluster lab runs already, in process 1: /,
  );
  expect(registry.list()).toEqual([entry(1)]);
  server.close();
  await once(server, "close");
  await registry.add(entry(2));
  expect(registry.list()).toEqual([entry(2)]);
  expect(readdirSync(join(folder, "kontiki/clusters"))).toEqual(["lab.json"]);
});

test("a log that nobody reads, of a pipe, holds up nothing", async () => {
  const { execFileSync } = await import("node:child_process");
  const { EventLog } = await import("../../../packages/cli/src/control/event-log.ts");
  const pipe = join(temporaryDirectory(), "pipe");
  execFileSync("mkfifo", [pipe]);
  expect(() => new EventLog(pipe, "lab", () => undefined)).toThrow(
    `cannot write the log ${pipe}: no such device or address`,
  );
});

test("after a line that was cut off, the next one of a log begins anew", async () => {
  const { execFileSync } = await import("node:child_process");
  const { EventLog } = await import("../../../packages/cli/src/control/event-log.ts");
  const pipe = join(temporaryDirectory(), "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(reader));
  const problems: string[] = [];
  const log = new EventLog(pipe, "lab", (problem) => problems.push(problem));
  // More than a pipe holds: the last one that has room is cut off.
  for (let at = 0; problems.length === 0; at += 1) log.note(`${at} ${"x".repeat(9_000)}`);
  const taken = Buffer.alloc(2 ** 20);
  const before = readSync(reader, taken);
  log.note("again");
  const text = taken.toString("utf8", 0, before + readSync(reader, taken, { offset: before }));
  log.close();
  const lines = text.trimEnd().split("\n");
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ msg: "again" });
  expect((): unknown => JSON.parse(lines.at(-2) ?? "")).toThrow(SyntaxError);
});
