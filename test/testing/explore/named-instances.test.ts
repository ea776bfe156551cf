import { explore, INSTANCES, type Exploration, type ExploreOptions } from "@kontiki/testing";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");

/** The large ones take minutes: `KONTIKI_EXPLORE=large` explores them too. */
const CHOSEN =
  process.env["KONTIKI_EXPLORE"] === "large"
    ? INSTANCES
    : INSTANCES.filter(({ name }) => !name.startsWith("large-"));

/** How often entries are lost and fetched, logs are repaired, damaged nodes vote, and leaders are elected by them. */
type Met = readonly number[];

const known = new Map<string, Exploration>();

/** Explores all states, once for each bounds: some tests look at the same ones. */
function explored(options: ExploreOptions): Exploration {
  const bounds = Object.entries(options).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const key = JSON.stringify(bounds);
  const found = known.get(key) ?? explore({ memoryBytes: 2 ** 32, ...options });
  known.set(key, found);
  return found;
}

describe("all states are seen, and none violates a property", () => {
  test.each(CHOSEN)(
    "$name: $about",
    ({ options, states, unreduced, depth }) => {
      const { verdict, ended, never, ...rest } = explored(options);
      const { violation } = rest;
      expect({ verdict, ended, never, violation }).toEqual({
        verdict: "holds",
        ended: "exhausted",
        never: [],
        violation: undefined,
      });
      expect(rest).toMatchObject({ states, unreduced, depth });
    },
    600_000,
  );
});

describe("three nodes, two terms, one proposal, one crash, two messages in flight", () => {
  test("are explored completely: this many states, none of which violates a property", () => {
    const { bytes, firstMet, ...rest } = explored({});
    expect(firstMet).toMatchObject({
      "a leader is elected": 3,
      "elections.split": 2,
      "replication.rewrittenAck": 15,
      "replication.commitBounded": 22,
    });
    expect(rest).toMatchInlineSnapshot(`
      {
        "depth": 33,
        "depthChecked": undefined,
        "ended": "exhausted",
        "hashes": undefined,
        "never": [],
        "sometimes": {
          "AppendEntries is rejected": 59176,
          "a conflict truncates a log": 2468,
          "a crash loses unsynced writes": 82762,
          "a follower learns of a commit": 30812,
          "a leader commits a command": 36056,
          "a leader commits an entry": 58806,
          "a leader commits an entry of an older term": 33595,
          "a leader crashes": 60704,
          "a leader is elected": 19913,
          "a leader of a later term is elected": 19052,
          "a leader steps down": 30301,
          "a send is lost for lack of room": 204152,
          "a vote is refused": 110710,
          "two nodes lead at once, in different terms": 18866,
        },
        "states": 381891,
        "transitions": 1099275,
        "unreduced": 2289669,
        "verdict": "holds",
        "violation": undefined,
        "waiting": 0,
      }
    `);
    expect(bytes).toBeLessThan(100e6);
  });
});

describe("a cluster whose logs are damaged", () => {
  test.each<readonly [name: string, options: ExploreOptions, states: number, met: Met]>([
    ["one node", { nodes: 1, damage: 1 }, 47, [31, 0, 0, 0, 0]],
    ["two nodes", { nodes: 2, damage: 1, crashes: 0 }, 14_397, [1878, 2075, 2075, 136, 0]],
    [
      "two nodes that lose three entries",
      { nodes: 2, damage: 3, crashes: 0, inflight: 1 },
      40_604,
      [29_305, 6030, 6030, 221, 0],
    ],
    ["three nodes", { damage: 1, crashes: 0, inflight: 1 }, 21_662, [3181, 1103, 1103, 110, 0]],
    [
      "a damaged majority",
      { damage: 2, crashes: 0, inflight: 1, proposals: 0, heartbeats: 1 },
      118_641,
      [42_073, 11_432, 11_432, 524, 96],
    ],
  ])("is explored completely: %s", (_name, options, states, met) => {
    const { sometimes, ...rest } = explored(options);
    expect(rest).toMatchObject({ verdict: "holds", ended: "exhausted", states, never: [] });
    expect([
      sometimes["an entry is lost"] ?? 0,
      sometimes["an entry is fetched"] ?? 0,
      sometimes["a log is repaired without a leader"] ?? 0,
      sometimes["a damaged node votes"] ?? 0,
      sometimes["a leader is elected while a majority is damaged"] ?? 0,
    ]).toEqual(met);
  });
});

test.each(INSTANCES)("docs/explorer.md lists $name", ({ name, about, states }) => {
  const page = readFileSync(join(ROOT, "docs/explorer.md"), "utf8").replace(/ {2,}/g, " ");
  expect(page).toContain(`| \`${name}\` | ${about} | ${states.toLocaleString("en-US")} |`);
});

test("each instance has a name of its own", () => {
  const names = INSTANCES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
