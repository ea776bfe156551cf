import { generated } from "../generate/generate.ts";
import { VARIANTS } from "../kinds/variants.ts";
import { MUTANTS } from "../mutants.ts";
import type { Planted } from "../planted.ts";
import { EQUIVALENTS } from "./equivalents.ts";

/** All mutants that are not known to be equivalent to the original. */
export function population(root: string): readonly Planted[] {
  return everything(root).filter(({ id }) => !EQUIVALENTS.has(id));
}

/** All mutants, equivalent ones included. */
export function everything(root: string): readonly Planted[] {
  return [
    ...VARIANTS,
    ...MUTANTS.map(({ name, about, edits }) => ({
      id: name,
      kind: "other implementations" as const,
      about,
      edits,
    })),
    ...generated(root),
  ];
}
