import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandsIn, consoleBlocks, linesOf } from "../support/commands.ts";
import { ROOT } from "../support/pages.ts";
import { drawn } from "../support/picture.ts";
import { testPage, UPDATES } from "../support/test-page.ts";

const PAGE = "docs/crash-experiments.md";

testPage(PAGE);

/** An update must draw what the tests above have just written. */
test("the picture shows how a failure is shrunk, as the page of crash experiments has it", () => {
  const picture = join(ROOT, "docs/images/split-vote.svg");
  const commands = consoleBlocks(PAGE).flatMap(({ text }) => commandsIn(text));
  const shrink = commands.find(({ command }) => command.startsWith("kontiki shrink "));
  if (shrink === undefined) throw new Error(`${PAGE} has no kontiki shrink`);
  const svg = drawn("kontiki shrink: a failure of five nodes, reduced to two", linesOf(shrink));
  if (UPDATES) writeFileSync(picture, svg);
  expect(readFileSync(picture, "utf8")).toBe(svg);
});
