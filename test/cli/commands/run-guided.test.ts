/** Guided campaigns: plans are changed, and those that met something new are kept in a folder. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeEngines } from "../support/fake-engines.ts";
import { temporaryDirectory } from "../support/kontiki.ts";
import { tried } from "../support/run-command.ts";

describe("a guided campaign", () => {
  const guided = ["backup", "--seeds", "40", "--jobs", "2", "--guided"];

  test("changes plans, and has as many runs", async () => {
    const engines = new FakeEngines();
    const { status, stdout } = await tried(guided, engines);
    expect({ status, head: stdout.split(",")[0] }).toEqual({
      status: 0,
      head: "valid: 40 runs simulated",
    });
    expect(engines.tasks.some(({ changes }) => (changes?.length ?? 0) > 0)).toBe(true);
  });

  test("saves what it kept in a folder, and begins with it the next time", async () => {
    const folder = join(temporaryDirectory(), "corpus");
    await tried([...guided, "--corpus", folder], new FakeEngines());
    const files = readdirSync(folder);
    expect(files).toHaveLength(1);
    const saved = files.map((file) => readFileSync(join(folder, file), "utf8"));
    expect(saved).toEqual(['{"scenario":"backup","seed":1,"changes":[]}\n']);
    writeFileSync(join(folder, "a.json"), '{"scenario":"backup","seed":900,"changes":[5]}');
    const engines = new FakeEngines();
    await tried(["backup", "--seeds", "40", "--jobs", "1", "--corpus", folder], engines);
    expect(engines.tasks.slice(0, 2)).toEqual([
      { number: 0, scenario: 0, seed: 900, changes: [5] },
      { number: 1, scenario: 0, seed: 1, changes: [] },
    ]);
  });

  test("a folder with something else is bad input", async () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, "plan.json"), "{}");
    const { status, stderr } = await tried([...guided, "--corpus", folder], new FakeEngines());
    expect(status).toBe(2);
    expect(stderr).toContain(
      "plan.json is not a plan of a corpus: remove it, or give another folder",
    );
  });

  test("a file in the place of the folder is bad input", async () => {
    const file = join(temporaryDirectory(), "plans");
    writeFileSync(file, "");
    expect(await tried([...guided, "--corpus", file], new FakeEngines())).toMatchObject({
      status: 2,
      stderr: `kontiki: cannot use --corpus ${file}: it is a file; give a folder\n`,
    });
  });

  test("threads do not repeat a run, so they have nothing to guide", async () => {
    const args = ["backup", "--engine", "workers", "--guided"];
    const { status, stderr } = await tried(args, new FakeEngines());
    expect(status).toBe(2);
    expect(stderr).toContain("--guided needs runs that repeat exactly: leave out --engine workers");
  });
});
