import * as v from "valibot";
import { duration, jump, number } from "../written/values.ts";
import { node, written } from "./fields.ts";
import { kindsDrawing, one, TARGETS } from "./kind.ts";

const RATES = [0.5, 0.8, 0.95, 1.05, 1.25, 2] as const;

const fault = kindsDrawing(({ chance }) => ({
  node: one(TARGETS, chance),
  ms: one([10, 200, 5_000], chance),
}));

/** Faults of a node's clock. */
export const CLOCK_FAULTS = {
  /** The clock runs `rate` times as fast: 1.05 is 5 % fast. */
  drift: fault({
    written: written("rate", { node, rate: number(0.1, 10) }),
    draw: ({ node: struck, clockDrift, chance }) => ({
      node: struck,
      // With leases all clocks stay within the bound, the slow ones too.
      rate:
        clockDrift === undefined
          ? one<number>(RATES, chance)
          : 1 + (clockDrift * chance.between(0, 100)) / 100,
    }),
  }),
  /** The clock jumps once: forward, or back with a negative number. */
  step: fault({
    written: written("by", { node, by: jump }),
    draw: ({ node: struck, ms, chance }) => ({
      node: struck,
      ms: chance.happens(1 / 2) ? ms : -ms,
    }),
    evidence: ["clock.jumps"],
  }),
  /** The clock jumps forward and back in turn. */
  strobe: fault({
    written: written("by", { node, by: jump, every: v.optional(duration(1), 100) }),
    draw: ({ node: struck, ms, chance }) => ({
      node: struck,
      ms,
      everyMs: one([5, 50, 500], chance),
    }),
    evidence: ["clock.jumps"],
  }),
} as const;
