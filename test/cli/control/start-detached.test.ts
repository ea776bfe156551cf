import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDetached } from "../../../packages/cli/src/control/detach.ts";
import { detachedArgs } from "../../../packages/cli/src/host/detached-args.ts";
import { runOnFake } from "../support/fake-host.ts";
import { kontiki, temporaryDirectory } from "../support/kontiki.ts";

/** Starts a program that is no cluster, which may tell its process by a file. */
async function startProgram(
  text: string,
  { startMs = 60_000, signal = new AbortController().signal } = {},
): Promise<unknown> {
  const folder = temporaryDirectory();
  const program = join(folder, "program.mjs");
  writeFileSync(program, text);
  const [socket, output] = [join(folder, "no.sock"), join(folder, "output")];
  return startDetached({ program, args: [folder], socket, output, startMs }, signal);
}

test.each([
  [
    "prints why it ends",
    `console.error("n1 leads\\nkontiki: no luck"); process.exitCode = 1;`,
    /^no luck$/,
  ],
  ["ends silently", "process.exit(3);", /^it ended with status 3$/],
  ["is killed", `process.kill(process.pid, "SIGKILL");`, /^it was killed by SIGKILL$/],
])("a process that %s is reported", async (_title, text, message) => {
  await expect(startProgram(text)).rejects.toThrow(message);
});

test("a process that is never ready is ended, when its time is up or when that is asked for", async () => {
  const endless = "setInterval(() => undefined, 1000);";
  await expect(startProgram(endless, { startMs: 50 })).rejects.toThrow(
    /^its nodes have not started within 0.05 s, so it was stopped: /,
  );
  const aborted = AbortSignal.abort("SIGINT");
  await expect(startProgram(endless, { signal: aborted })).rejects.toThrow(
    /^it was killed by SIGTERM$/,
  );
});

test.each([
  ["/proc/1/nope", "--detach"],
  ["/dev/null/nope", "--serve"],
])("a folder of state that cannot be made, %s, is reported in one line", async (state, how) => {
  const env = { XDG_STATE_HOME: state };
  const ended = await kontiki(["up", "--memory", how, "--name", "lab"], "", env);
  expect(ended).toMatchObject({ status: 1, stdout: "" });
  expect(ended.stderr).toMatch(
    /^kontiki: cannot make \S+, where clusters are registered \(.*\): set XDG_STATE_HOME to .*\n$/,
  );
});

test.each([
  ["--detach", "--pipeline", "8", ": no commands are read"],
  ["--serve", "--pipeline", "8", ": no commands are read"],
  ["--detach", "--wipe", "n1", ""],
])("%s is refused with %s, which nothing would use", async (how, option, value, why) => {
  const { status, stderr } = await runOnFake(["up", how, option, value]);
  const text = `kontiki: ${how} cannot be used with ${option}${why}\n`;
  expect({ status, stderr }).toEqual({ status: 2, stderr: text });
});

test("the detached process gets every option, whatever it looks like", async () => {
  const options =
    "--nodes 5 --data --detach --rename n1=n9 --election-timeout 1000 --heartbeat 99 " +
    "--snapshot-entries 5 --snapshot-bytes 6 --kept-entries 0 --max-uncommitted-bytes 7 " +
    "--lease-drift 0.1 --priority n1=2 --priority n2=1 --trace t --json";
  const env = { XDG_STATE_HOME: temporaryDirectory() };
  const given = ["up", ...options.split(" ")];
  const log = join(env.XDG_STATE_HOME, "log");
  const args = detachedArgs([...given, "--detach", "--wait", "leader"], { name: "lab", log });
  const input = "get a";
  const expected = await runOnFake(given, input);
  // It serves, but has no place for its socket: a fake makes no folder.
  const started = await runOnFake(args, input, undefined, env);
  expect(started.started).toEqual(expected.started);
});
