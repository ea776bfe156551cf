import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { importsOf } from "../testing/support/imports.ts";
import { ROOMS, TEST_ROOMS } from "./rooms.ts";

const ROOT = new URL("../../", import.meta.url);

/** All TypeScript files below a folder of the repository, by their paths in it. */
function filesIn(folder: string): readonly string[] {
  const path = fileURLToPath(new URL(folder, ROOT));
  const files = readdirSync(path, { recursive: true, encoding: "utf8" });
  return files.map((file) => file.replaceAll("\\", "/")).filter((file) => file.endsWith(".ts"));
}

/** The folder that a source file belongs to; a top-level file is one of its own where the table lists it. */
function roomOf(name: string, file: string): string {
  const end = file.lastIndexOf("/");
  if (end >= 0) return file.slice(0, end);
  return ROOMS[name]?.includes(".") === true ? "." : file;
}

describe.each(Object.entries(ROOMS))("the folders of %s", (name, rooms) => {
  const sources = filesIn(`packages/${name}/src/`);

  test("are those of the table", () => {
    expect(new Set(sources.map((file) => roomOf(name, file)))).toEqual(new Set(rooms));
  });

  test("import only folders that stand before them, types included", () => {
    const wrong = sources.flatMap((file) =>
      importsOf(`packages/${name}/src/${file}`)
        .map((path) => path.slice(`packages/${name}/src/`.length))
        .filter((path) => rooms.indexOf(roomOf(name, path)) > rooms.indexOf(roomOf(name, file)))
        .map((path) => `${file} imports ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  test("are the folders of its tests, beside one for their support", () => {
    const known = new Set(rooms);
    const folders = filesIn(`test/${name}/`).map((file) =>
      file.slice(0, file.lastIndexOf("/") + 1),
    );
    const strange = [...new Set(folders)]
      .map((folder) => folder.replace(/\/$/, ""))
      .filter((folder) => folder !== "" && !/^support(\/|$)/.test(folder) && !known.has(folder))
      .filter((folder) => TEST_ROOMS[`${name}/${folder}`] === undefined);
    expect(strange).toEqual([]);
  });
});
