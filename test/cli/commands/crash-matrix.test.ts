import { run } from "@kontiki/cli";
import type { MatrixCell } from "@kontiki/testing";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { crashMatrix } from "../../../packages/cli/src/actions/crash-matrix.ts";
import { FakeHost } from "../support/fake-host.ts";
import { objects, temporaryDirectory } from "../support/kontiki.ts";

const GOOD: MatrixCell = {
  point: "inSync",
  role: "leader",
  loss: "power loss",
  outcome: "ok",
  what: "power was lost, and with it 43 unsynced bytes",
  backMs: 538,
};
const BAD: MatrixCell = {
  point: "afterSave",
  role: "follower",
  loss: "kill",
  outcome: "lost",
  what: 'k1 is null, and "7 " was acknowledged',
  backMs: undefined,
};

async function matrix(
  cells: readonly MatrixCell[],
  json?: true,
): Promise<{ readonly status: number; readonly stdout: string; readonly left: readonly string[] }> {
  const host = new FakeHost();
  const data = temporaryDirectory();
  const status = await crashMatrix({ data, ...(json && { json }) }, host, async function* () {
    yield* cells;
  });
  return { status, stdout: host.stdout.text, left: readdirSync(data) };
}

test("a table of crashes, and its folder is gone", async () => {
  const { status, stdout, left } = await matrix([GOOD]);
  expect({ status, left }).toEqual({ status: 0, left: [] });
  expect(stdout).toMatchInlineSnapshot(`
    "point   role    crash       outcome  back ms  what
    inSync  leader  power loss  ok           538  power was lost, and with it 43 unsynced bytes
    1 of 1 crashes: nothing acknowledged lost, every node back
    "
  `);
});

test("a crash after which something is lost is a failure", async () => {
  const { status, stdout } = await matrix([GOOD, BAD], true);
  expect(status).toBe(1);
  const { backMs, ...bad } = BAD;
  expect(backMs).toBeUndefined();
  expect(objects(stdout)).toEqual([GOOD, bad]);
  expect((await matrix([GOOD, BAD])).stdout).toContain(
    "1 of 2 crashes: nothing acknowledged lost, every node back",
  );
});

test("a point that does not exist is bad usage", async () => {
  const host = new FakeHost();
  const never = (): Promise<never> => Promise.reject(new Error("no cluster is started"));
  expect(await run(["crash-matrix", "--points", "insync"], host, never)).toBe(2);
  expect(host.stderr.text).toContain("insync is none of beforeSave, inSync, ");
});

test("a folder that cannot be made is named, with what to do", async () => {
  const host = new FakeHost();
  const status = await run(["crash-matrix", "--data", "/dev/null/x"], host);
  expect({ status, stderr: host.stderr.text }).toEqual({
    status: 1,
    stderr:
      "kontiki: cannot make a directory in /dev/null/x: not a directory; use --data to name another\n",
  });
});
