import { describe, expect, test } from "vitest";
import { PATIENT, put, start, temporaryFolder, valueOf } from "./support/clusters.ts";
import { Program, run, runWith } from "./support/programs.ts";

const SLOW = { timeout: PATIENT.timeoutMs };

describe("when the supervisor's thread ends, the cluster ends with it, and the program learns why", () => {
  test.each([
    ["kill", "exit code 1"],
    ["fail", "the supervisor has a defect"],
  ])("after a %s", SLOW, async (way, why) => {
    const { status, lines, stderr } = await runWith(
      "failing-supervisor.mjs",
      "lost-supervisor.mjs",
      way,
      temporaryFolder(),
    );
    expect(stderr).toBe("");
    const cause = `the supervisor's thread has ended: ${why}`;
    const nodes = ["n1", "n2", "n3"];
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      "unknown",
      nodes.map((node) => ({ type: "failed", node, incarnation: 1, cause })),
      ["failed", "failed", "failed"],
      {
        type: "definitelyNot",
        reason: `all nodes have failed (${nodes.map((node) => `${node}: ${cause}`).join("; ")})`,
      },
      ["unknown", `${cause}; it may still happen`],
      cause,
      true,
      [0, 0],
      [],
    ]);
    expect(status).toBe(0);
  });
});

describe("a program that ends without stopping its cluster leaves no lock", () => {
  test("after Ctrl-C", SLOW, async () => {
    const dataDir = temporaryFolder();
    const program = new Program("holder.mjs", [dataDir]);
    await program.printed(1);
    process.kill(program.pid, "SIGINT");
    expect((await program.ended).signal).toBe("SIGINT");
    const cluster = await start({ dataDir });
    valueOf(await cluster.propose(put("a", "1")));
  });

  test("after an uncaught exception", SLOW, async () => {
    const dataDir = temporaryFolder();
    const { status, stderr } = await run("throws.mjs", dataDir);
    expect([status, stderr]).toEqual([1, expect.stringContaining("the program has a defect")]);
    const cluster = await start({ dataDir });
    valueOf(await cluster.propose(put("a", "1")));
  });
});
