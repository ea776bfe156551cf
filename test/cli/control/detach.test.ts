import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { kontiki, objects, temporaryDirectory, type Exit } from "../support/kontiki.ts";

/** Runs the program as one user. A cluster that it starts does not outlive the test. */
function user(): (...args: string[]) => Promise<Exit> {
  const state = temporaryDirectory();
  const run = (...args: string[]): Promise<Exit> => kontiki(args, "", { XDG_STATE_HOME: state });
  const clusters = join(state, "kontiki/clusters");
  onTestFinished(() => {
    const entries = existsSync(clusters) ? readdirSync(clusters) : [];
    for (const name of entries.filter((file) => file.endsWith(".json"))) {
      const text = readFileSync(join(clusters, name), "utf8");
      process.kill((JSON.parse(text) as { readonly pid: number }).pid, "SIGKILL");
    }
  });
  return run;
}

test("a detached cluster outlives its terminal, is killed, continues, and is stopped", async () => {
  const run = user();
  const data = join(temporaryDirectory(), "data");
  const up = ["up", "--detach", "--data", data, "--name", "lab", "--wait", "leader", "--json"];
  const first = objects((await run(...up)).stdout)[0] as { readonly pid: number };
  expect(first).toMatchObject({
    name: "lab",
    data,
    nodes: ["n1", "n2", "n3"],
    leader: expect.stringMatching(/^n[123]$/) as string,
    // A busy machine may need more than one election.
    term: expect.any(Number) as number,
  });
  expect(first.pid).not.toBe(process.pid);
  expect((await run("exec", "lab", "--", "put", "k", "v")).stdout).toBe("ok\n");
  expect(await run(...up)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("a cluster lab runs already") as string,
  });

  process.kill(first.pid, "SIGKILL");
  const killed = await run("exec", "lab", "--", "get", "k");
  expect(killed).toMatchObject({ status: 1, stdout: "" });
  const second = objects((await run(...up)).stdout)[0] as { readonly pid: number };
  expect(second.pid).not.toBe(first.pid);
  expect((await run("exec", data, "--", "get", "k")).stdout).toBe("v\n");
  expect((await run("logs")).stdout).toMatch(/ leads term \d/);

  expect((await run("down", "--purge")).stdout).toBe(`lab stopped; ${data} removed\n`);
  expect(existsSync(data)).toBe(false);
  expect(objects((await run("ps", "--json")).stdout)).toEqual([{ clusters: [] }]);
});

test("a detached cluster that cannot start says why, and leaves nothing running", async () => {
  const run = user();
  const data = temporaryDirectory();
  writeFileSync(join(data, "notes.txt"), "");
  const { status, stdout, stderr } = await run("up", "--detach", "--data", data);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain("holds no cluster");
  expect(readdirSync(data)).toEqual(["notes.txt"]);
});
