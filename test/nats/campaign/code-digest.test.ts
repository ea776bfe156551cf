import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../../../packages/nats/src/campaign/code-digest.ts";

function made(): string {
  const folder = mkdtempSync(join(tmpdir(), "kontiki-digest-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "dist/part"), { recursive: true });
  mkdirSync(join(folder, "scenarios"));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ version: "1.0.0", dependencies: { yaml: "2.0.0", "@kontiki/core": "1.0.0" } }),
  );
  writeFileSync(join(folder, "dist/part/a.js"), "export const a = 1;\n");
  writeFileSync(join(folder, "scenarios/s.yaml"), "name: s\n");
  return folder;
}

test("code, scenarios and versions change the digest; where it is and what is not run do not", () => {
  const folder = made();
  const digest = digestOf([folder]);
  const changed = (name: string, content: string): boolean => {
    const other = made();
    cpSync(folder, other, { recursive: true });
    writeFileSync(join(other, name), content);
    return digestOf([other]) !== digest;
  };
  expect(digest).toMatch(/^[0-9a-f]{16}$/);
  expect(digestOf([made()])).toBe(digest);
  const manifest = (yaml: string, core: string): string =>
    JSON.stringify({ dependencies: { "@kontiki/core": core, yaml }, version: "1.0.0", files: [] });
  expect({
    code: changed("dist/part/a.js", "export const a = 2;\n"),
    newFile: changed("dist/b.js", ""),
    scenario: changed("scenarios/s.yaml", "name: t\n"),
    dependency: changed("package.json", manifest("2.0.1", "1.0.0")),
    workspace: changed("package.json", manifest("2.0.0", "workspace:*")),
    map: changed("dist/part/a.js.map", "{}"),
    note: changed("README.md", "more"),
  }).toEqual({
    code: true,
    newFile: true,
    scenario: true,
    dependency: true,
    workspace: false,
    map: false,
    note: false,
  });
});
