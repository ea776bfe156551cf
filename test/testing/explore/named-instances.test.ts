import { explore } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { LARGE, SMALL } from "../support/named-instances.ts";

/** The large ones take minutes: `KONTIKI_EXPLORE=large` explores them too. */
const ALL = process.env["KONTIKI_EXPLORE"] === "large" ? [...SMALL, ...LARGE] : SMALL;

describe("all states are seen, and none violates a property", () => {
  test.each(ALL)(
    "$name",
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
