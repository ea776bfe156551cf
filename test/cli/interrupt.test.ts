import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Kontiki, kontiki, temporaryDirectory } from "./support/kontiki.ts";

describe("a signal", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s stops gracefully", async (signal, status) => {
    const data = temporaryDirectory();
    const program = new Kontiki(["up", "--data", data, "--nodes", "3", "--json"]);
    await program.write("put k v\nsleep 60000\n").until("stdout", /value":null/);
    program.process.kill(signal);
    const exit = await program.exit;
    expect(exit.status).toBe(status);
    expect(exit.stdout.trimEnd().split("\n").at(-1)).toBe(
      '{"ok":false,"command":["sleep","60000"],"error":"interrupted before it was done",' +
        '"outcome":"definitelyNot","line":2}',
    );
    expect((await kontiki(["up", "--data", data], "get k\n")).stdout).toBe("v\n");
  });

  test("a second one ends at once, without loss of acknowledged writes", async () => {
    const data = temporaryDirectory();
    const program = new Kontiki(["up", "--data", data, "--nodes", "3"]);
    await program.write("put k v\n").until("stdout", /ok/);
    program.process.kill("SIGINT");
    program.process.kill("SIGINT");
    expect((await program.exit).status).toBe(130);
    expect((await kontiki(["up", "--data", data], "get k\n")).stdout).toBe("v\n");
  });
});

test("an interrupted bench leaves no directory", async () => {
  const data = temporaryDirectory();
  const args = ["bench", "--data", data, "--warmup", "0", "--seconds", "600", "--nodes", "1"];
  const program = new Kontiki(args);
  let isOver = false;
  void program.exit.then(() => (isOver = true));
  await new Promise<void>((resolve) => {
    const look = (): void => {
      const made = readdirSync(data, { recursive: true, encoding: "utf8" });
      if (isOver || made.some((name) => name.endsWith(".wal"))) resolve();
      else setImmediate(look);
    };
    look();
  });
  program.process.kill("SIGINT");
  const { status, stdout } = await program.exit;
  expect({ status, stdout }).toEqual({ status: 130, stdout: "" });
  expect(readdirSync(data)).toEqual([]);
});
