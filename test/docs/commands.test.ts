import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandsIn, consoleBlocks, linesOf, type ConsoleBlock } from "./support/commands.ts";
import { blocksOf, pages, ROOT } from "./support/pages.ts";
import { drawn } from "./support/picture.ts";
import { played } from "./support/play.ts";
import { endClusters } from "./support/shell.ts";

/** Writes what the commands print now into the pages, instead of comparing. */
const UPDATES = process.env["KONTIKI_UPDATE_DOCS"] === "1";

/** The READMEs of examples and packages are run by tests of their own. */
const PAGES = pages().filter((page) => /^(?:README|CONTRIBUTING)\.md$|^docs\//.test(page));

const SCRIPTS = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object }).scripts,
);

const TOKEN = /k1-[\w-]+/g;

describe.each(PAGES)("%s", (page) => {
  const blocks = consoleBlocks(page);
  const runs = blocks.filter(({ how }) => how.type !== "notRun");
  const others = blocks.filter(({ how }) => how.type === "notRun");
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "kontiki-page-"));
    for (const { shows, text } of blocksOf(page))
      if (shows !== undefined) writeFileSync(join(folder, basename(shows.path)), text);
  });
  afterAll(() => {
    endClusters();
    rmSync(folder, { recursive: true, force: true });
  });

  test("says something about each command that is not run", () => {
    expect(others.flatMap(unknownScripts)).toEqual([]);
  });

  test.each(runs.map(({ line }, at) => ({ line, at })))(
    "prints what it shows in line $line",
    async ({ at }) => {
      const block = UPDATES ? consoleBlocks(page).filter(isRun)[at] : runs[at];
      if (block === undefined) throw new Error("the page has lost a block");
      const text = await played(block, folder, UPDATES);
      if (UPDATES) update(page, block, text);
      else expect(text).toBe(block.text);
    },
  );
});

/** Here, because an update must draw what the tests above have just written. */
test("the picture shows how a failure is shrunk, as the page of crash experiments has it", () => {
  const picture = join(ROOT, "docs/images/split-vote.svg");
  const page = "docs/crash-experiments.md";
  const commands = consoleBlocks(page).flatMap(({ text }) => commandsIn(text));
  const shrink = commands.find(({ command }) => command.startsWith("kontiki shrink "));
  if (shrink === undefined) throw new Error(`${page} has no kontiki shrink`);
  const svg = drawn("kontiki shrink: a failure of five nodes, reduced to two", linesOf(shrink));
  if (UPDATES) writeFileSync(picture, svg);
  expect(readFileSync(picture, "utf8")).toBe(svg);
});

function isRun({ how }: ConsoleBlock): boolean {
  return how.type !== "notRun";
}

/** Commands of a block that the root has no script for. */
function unknownScripts({ text, line }: ConsoleBlock): readonly string[] {
  return commandsIn(text).flatMap(({ command }) => {
    const script = /^(?:\w+=(?:\$\([^)]*\)|\S)+ )*npx -y pnpm@12 (?:--silent )?(?:run )?(\w+)/.exec(
      command,
    )?.[1];
    const isKnown = script === "install" || (script !== undefined && SCRIPTS.includes(script));
    return isKnown ? [] : [`${line}: ${command}`];
  });
}

/** Puts a block's new text into its page. A token that has changed is used further below as well. */
function update(page: string, block: ConsoleBlock, text: string): void {
  const path = join(ROOT, page);
  const content = readFileSync(path, "utf8");
  const [olds, news] = [block.text.match(TOKEN) ?? [], text.match(TOKEN) ?? []];
  let rest = content.slice(block.offset + block.text.length);
  for (const [at, old] of olds.entries()) rest = rest.replaceAll(old, news[at] ?? old);
  writeFileSync(path, content.slice(0, block.offset) + text + rest);
}
