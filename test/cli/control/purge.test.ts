import { openDataDirectory } from "@kontiki/actors";
import { nodeId } from "@kontiki/core";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { purge } from "../../../packages/cli/src/control/purge.ts";
import { temporaryDirectory } from "../support/kontiki.ts";

test("what the cluster has put into its directory is removed, and what others have stays", () => {
  const data = join(temporaryDirectory(), "lab");
  openDataDirectory(data, ["n1", "n2"].map(nodeId)).close();
  for (const folder of ["n1.damaged-1", "n3.making", "src"]) mkdirSync(join(data, folder));
  writeFileSync(join(data, "src/main.ts"), "mine");
  writeFileSync(join(data, "notes"), "mine");
  expect(purge(data).toSorted()).toEqual(["notes", "src"]);
  expect(readdirSync(data, { recursive: true, encoding: "utf8" }).toSorted()).toEqual([
    "notes",
    "src",
    join("src", "main.ts"),
  ]);
  expect(() => purge(data)).toThrow(`${data} is not removed: it holds no cluster`);
});

test("a directory with nothing else goes, and one that is gone is fine", () => {
  const data = join(temporaryDirectory(), "lab");
  openDataDirectory(data, [nodeId("n1")]).close();
  expect([purge(data), existsSync(data), purge(data)]).toEqual([[], false, []]);
});
