/** A check that takes long: its progress, and its end by a signal. */
import { run } from "@kontiki/cli";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost } from "../support/fake-host.ts";
import { Kontiki } from "../support/kontiki.ts";
import { HARD, saved } from "../support/check-command.ts";

describe("a check that takes long", () => {
  test("shows its progress on a terminal, and is interrupted without a verdict", async () => {
    const host = new FakeHost({ tty: true, env: { TERM: "dumb" } });
    const argv = ["check", saved("h.jsonl", HARD), "--model", "queue"];
    const status = run(argv, host, async () => new FakeCluster());
    await host.stderr.until(/checking: 60 of 61 operations placed, \d+ configurations \.\.\. \d s/);
    host.interrupt("SIGINT");
    expect(await status).toBe(130);
    expect(host.stdout.text).toMatch(/^unknown: 61 operations, it was interrupted/);
  });

  test("shows no progress elsewhere", async () => {
    const program = new Kontiki([
      "check",
      saved("h.jsonl", HARD),
      "--model",
      "queue",
      "--seconds",
      "1.2",
    ]);
    const { status, stderr } = await program.exit;
    expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
  });

  test("ends at a signal", async () => {
    // A queue again, with a signal when the search has begun.
    const model = saved(
      "m.mjs",
      `import { writeSync } from "node:fs";
       let isFirst = true;
       export default {
         name: "slow",
         init: "",
         key: (state) => state,
         step(state, { f, value }) {
           if (isFirst) writeSync(2, "begun");
           isFirst = false;
           return f === "enqueue" ? state + "," + value : undefined;
         },
         describe: () => "",
         describeState: () => "",
         interpret: ({ input, output }) => ({ input, output: output ?? null }),
       };`,
    );
    const program = new Kontiki(["check", saved("h.jsonl", HARD), "--model", model]);
    await program.until("stderr", /begun/);
    program.process.kill("SIGINT");
    const { status, stdout, stderr } = await program.exit;
    expect({ status, stderr }).toEqual({ status: 130, stderr: "begun" });
    expect(stdout).toMatch(/^unknown: 61 operations, it was interrupted/);
  });
});
