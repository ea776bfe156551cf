import { isRecord, whyNotPlain } from "@kontiki/actors/node";
import type { Complaint, Path } from "./complaint.ts";

/**
 * The parts of a scenario, or of a fault, that are no plain objects: what a class or a prototype adds to them would not be
 * read everywhere, and what a getter gives could change.
 */
export function impureParts(value: unknown, path: Path = []): readonly Complaint[] {
  return partsIn(value, path, new Set());
}

function partsIn(value: unknown, path: Path, around: ReadonlySet<unknown>): readonly Complaint[] {
  if (around.has(value)) return [];
  const within = new Set(around).add(value);
  if (Array.isArray(value))
    return value.flatMap((part, at) => partsIn(part, [...path, at], within));
  if (!isRecord(value)) return [];
  const why = whyNotPlain(value);
  if (why !== undefined) {
    const { name, text } = why;
    return name === undefined
      ? [{ path, on: "value", text: `${text}: give its names with values` }]
      : [{ path: [...path, name], on: "key", text }];
  }
  return Object.entries(value).flatMap(([name, part]) => partsIn(part, [...path, name], within));
}
