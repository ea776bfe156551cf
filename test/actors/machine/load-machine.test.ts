import { expect, test } from "vitest";
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
