import { CRASH_POINTS, KEPTS } from "@kontiki/actors/node";
import * as v from "valibot";
import { flag, oneOf } from "../written/values.ts";
import { down, node, written } from "./fields.ts";
import { kindsDrawing, one, TARGETS } from "./kind.ts";

const kept = oneOf(...KEPTS);

const fault = kindsDrawing(({ chance, forMs }) => {
  const target = one(TARGETS, chance);
  const left = one(KEPTS, chance);
  const power = chance.happens(1 / 2) ? { kept: left } : {};
  // Most crashes are short: a node that returns soon still meets what it left behind.
  const downMs = Math.floor(one([0, forMs / 10, forMs], chance));
  return { node: target, kept: left, power, downMs };
});

/** Faults of a process. A node that went down starts again after `downMs`; only a crash loop and a pause use `for`. */
export const PROCESS_FAULTS = {
  /** The process ends. With `kept` power is lost too; with `point` it ends when its turn next reaches that point. */
  crash: fault({
    written: written("node", {
      node,
      down,
      kept: v.exactOptional(kept),
      point: v.exactOptional(oneOf(...CRASH_POINTS)),
    }),
    draw: ({ node: struck, power, downMs, chance }) => ({
      node: struck,
      ...power,
      ...(chance.happens(1 / 2) ? { point: one(CRASH_POINTS, chance) } : {}),
      downMs,
    }),
    evidence: ["fell.leader", ...CRASH_POINTS.map((point) => `fell.${point}`)],
    lasts: false,
  }),
  /** All processes end at once, as in a loss of power. `mail`: whether letters on their way survive in the network. */
  crashAll: fault({
    written: written("kept", {
      kept: v.optional(kept, "nothing"),
      mail: v.optional(flag, true),
      down,
    }),
    draw: ({ kept: left, downMs, chance }) => ({ kept: left, mail: chance.happens(1 / 2), downMs }),
    evidence: ["disk.bytesLost", "disk.torn", "letters.lost.power"],
    lasts: false,
  }),
  /** The process ends again and again. Each time it runs for as long as it was down. */
  crashLoop: fault({
    written: written("node", { node, kept: v.exactOptional(kept), down }),
    draw: ({ node: struck, power, forMs }) => ({
      node: struck,
      ...power,
      downMs: Math.max(10, Math.floor(forMs / 10)),
    }),
    evidence: ["fell.again"],
  }),
  /** The process stops gracefully: nothing is lost. */
  stop: fault({
    written: written("node", { node, down }),
    draw: ({ node: struck, downMs }) => ({ node: struck, downMs }),
    lasts: false,
  }),
  /** The process stands still while its clock goes on. */
  pause: fault({
    written: written("node", { node }),
    draw: ({ node: struck }) => ({ node: struck }),
  }),
} as const;
