import { expect, test } from "vitest";
import { KontikiError } from "../../../packages/actors/src/errors.ts";
import { loadMachine } from "../../../packages/actors/src/machine/load-machine.ts";

/** A module whose machine has the required parts, and more. */
function moduleWith(more: string): string {
  const machine = `({ apply() {}, snapshot() {}, restore() {}, ${more} })`;
  return `data:text/javascript,${encodeURIComponent(`export default () => ${machine};`)}`;
}

test("a machine may answer queries, and return its state in parts", async () => {
  const more = "query() {}, snapshotParts() {}, restoreParts() {}";
  expect(Object.keys(await loadMachine(moduleWith("")))).toEqual(["apply", "snapshot", "restore"]);
  expect(await loadMachine(moduleWith(more))).toHaveProperty("query");
});

test.each([
  ["query: 1", "its query is not a function"],
  ["snapshotParts: 1, restoreParts() {}", "its snapshotParts is not a function"],
  ["snapshotParts() {}", "it has one of snapshotParts and restoreParts: it needs both or none"],
  ["restoreParts() {}", "it has one of snapshotParts and restoreParts: it needs both or none"],
])("half of either is rejected: %s", async (more, text) => {
  await expect(loadMachine(moduleWith(more))).rejects.toThrow(text);
});

const MACHINE = "{ apply() {}, snapshot() {}, restore() {} }";

test.each([
  [
    `const one = ${MACHINE}; export default () => one;`,
    "it returned the same machine twice: each node needs its own, so make a new one at each call",
  ],
  [
    `class Tally { apply() {} snapshot() {} restore() {} } const one = new Tally(); export default () => one;`,
    "it returned the same Tally twice: each node needs its own, so use () => new Tally()",
  ],
])("a machine that all nodes would share is rejected: %s", async (source, text) => {
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  await expect(loadMachine(url)).rejects.toThrow(`state machine ${url}: ${text}`);
});

/** Why a module is refused, without what all refusals begin with. */
async function refusalOf(source: string): Promise<string> {
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const error: unknown = await loadMachine(url).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(KontikiError);
  const { message } = error as KontikiError;
  expect(message).not.toContain("\n");
  expect(message.startsWith(`state machine ${url}`)).toBe(true);
  return message.slice(`state machine ${url}`.length);
}

test.each([
  ["that throws", 'throw new Error("no\\n  luck")', " cannot be loaded: no luck"],
  [
    "without a default export",
    "export const machine = 1",
    ": its default export is not a function that makes a machine",
  ],
  [
    "whose default export is not a function",
    "export default { apply() {} }",
    ": its default export is not a function that makes a machine",
  ],
  [
    "whose function throws",
    'export default () => { throw new TypeError("no\\nparts") }',
    ": it threw: no parts",
  ],
  [
    "whose function makes nothing",
    "export default () => {}",
    ": it returned undefined: let it return a machine, with apply, snapshot, restore",
  ],
  [
    "whose machine lacks apply",
    "export default () => ({ snapshot() {}, restore() {} })",
    ": what it returns has no function apply: a machine needs apply, snapshot, restore",
  ],
])("a module is refused %s", async (_, source, why) => {
  expect(await refusalOf(source)).toBe(why);
});

test("a module that imports what is not there is refused, and one that is not there itself", async () => {
  const source = 'import "file:///nowhere.mjs"; export default 1';
  expect(await refusalOf(source)).toMatch(/^ cannot be loaded: Cannot find module/);
  await expect(loadMachine("file:///nowhere.mjs")).rejects.toThrow(
    "state machine file:///nowhere.mjs does not exist: check its path; a relative path starts from the calling file",
  );
});

test("a module that is not JavaScript is refused with what to do", async () => {
  expect(await refusalOf("export defualt 1")).toMatch(
    /^ cannot be loaded: .* \(run it with node to see where\)$/,
  );
});
