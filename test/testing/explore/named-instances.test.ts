import { explore, INSTANCES } from "@kontiki/testing";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");

/** The large ones take minutes: `KONTIKI_EXPLORE=large` explores them too. */
const CHOSEN =
  process.env["KONTIKI_EXPLORE"] === "large"
    ? INSTANCES
    : INSTANCES.filter(({ name }) => !name.startsWith("large-"));

describe("all states are seen, and none violates a property", () => {
  test.each(CHOSEN)(
    "$name: $about",
    ({ options, states, unreduced, depth }) => {
      const { verdict, ended, never, ...rest } = explore({ memoryBytes: 2 ** 32, ...options });
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

test.each(INSTANCES)("docs/explorer.md lists $name", ({ name, about, states }) => {
  const page = readFileSync(join(ROOT, "docs/explorer.md"), "utf8").replace(/ {2,}/g, " ");
  expect(page).toContain(`| \`${name}\` | ${about} | ${states.toLocaleString("en-US")} |`);
});

test("each instance has a name of its own", () => {
  const names = INSTANCES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
