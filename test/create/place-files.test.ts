import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { placeFiles, type NewFile } from "../../packages/create-kontiki/src/place-files.ts";
import { emptyFolder, filesIn, textOf } from "./support/stage.ts";

const FILES: readonly NewFile[] = [
  { name: "a.txt", text: "a" },
  { name: "b.txt", text: "b" },
];

/** The third cannot be written: its folder is the first, which is a file. */
const FAILING: readonly NewFile[] = [...FILES, { name: "a.txt/c.txt", text: "c" }];

const IS_FILE = "cannot write new: a part of this path is a file: name another folder";

function place(folder: string, files = FILES, force = false): void {
  placeFiles(folder, files, { shown: "new", force });
}

test("a new folder, and the folders above it", () => {
  const root = emptyFolder();
  place(join(root, "deep", "down"));
  expect(filesIn(root)).toEqual(["deep", "deep/down", "deep/down/a.txt", "deep/down/b.txt"]);
  expect(textOf(root, "deep", "down", "b.txt")).toBe("b");
});

test("a folder that has only a repository counts as empty", () => {
  const root = emptyFolder();
  mkdirSync(join(root, ".git"));
  place(root);
  expect(filesIn(root)).toEqual([".git", "a.txt", "b.txt"]);
});

test("a folder that is a link", () => {
  const root = emptyFolder();
  mkdirSync(join(root, "real"));
  symlinkSync("real", join(root, "link"));
  place(join(root, "link"));
  expect(filesIn(join(root, "real"))).toEqual(["a.txt", "b.txt"]);
});

test("a folder in use is refused, and taken with force", () => {
  const root = emptyFolder();
  writeFileSync(join(root, "mine.txt"), "mine");
  expect(() => place(root)).toThrow(
    "new is not empty: name another folder, or add --force to put the project beside what is there",
  );
  expect(filesIn(root)).toEqual(["mine.txt"]);
  place(root, FILES, true);
  expect(filesIn(root)).toEqual(["a.txt", "b.txt", "mine.txt"]);
  expect(textOf(root, "mine.txt")).toBe("mine");
});

test("no file is overwritten, not even with force", () => {
  const root = emptyFolder();
  writeFileSync(join(root, "b.txt"), "mine");
  expect(() => place(root, FILES, true)).toThrow(
    "new already has b.txt, which would be overwritten: move it away first",
  );
  expect([filesIn(root), textOf(root, "b.txt")]).toEqual([["b.txt"], "mine"]);
});

test("a file that appears in the meantime is not overwritten either", () => {
  const root = emptyFolder();
  writeFileSync(join(root, "README"), "");
  // The second of one name finds the first, as it would find that of another program.
  expect(() => place(root, [...FILES, { name: "a.txt", text: "again" }], true)).toThrow(
    /^cannot write new: EEXIST/,
  );
  expect(filesIn(root)).toEqual(["README"]);
});

test("a failure leaves nothing of a new folder, nor of those above it", () => {
  const root = emptyFolder();
  expect(() => place(join(root, "deep", "down"), FAILING)).toThrow(IS_FILE);
  expect(filesIn(root)).toEqual([]);
});

test("a failure leaves an existing folder as it was", () => {
  const root = emptyFolder();
  writeFileSync(join(root, "mine.txt"), "mine");
  expect(() => place(root, FAILING, true)).toThrow(IS_FILE);
  expect(filesIn(root)).toEqual(["mine.txt"]);
});

test("a folder whose parent cannot be made leaves nothing", () => {
  const root = emptyFolder();
  const name = "x".repeat(300);
  expect(() => place(join(root, "deep", name, "down"))).toThrow(
    /^cannot write new: ENAMETOOLONG: name too long/,
  );
  expect(filesIn(root)).toEqual([]);
});

test.each([["file"], ["file/below"]])("%s, where file is a file", (path) => {
  const root = emptyFolder();
  writeFileSync(join(root, "file"), "mine");
  expect(() => place(join(root, path), FILES, true)).toThrow(IS_FILE);
  expect([filesIn(root), textOf(root, "file")]).toEqual([["file"], "mine"]);
});

test("a link to nothing stays", () => {
  const root = emptyFolder();
  symlinkSync("nothing", join(root, "link"));
  expect(() => place(join(root, "link"))).toThrow(IS_FILE);
  expect(filesIn(root)).toEqual(["link"]);
});
