import { KINDS, type Kind } from "../planted.ts";
import type { Engine, Trial } from "./engines.ts";
import type { Pursued } from "./pursue.ts";
import { CLASSES, NOTES } from "./survivors.ts";

/** A mutant that counts, with what the engines did. */
export type Counted = Extract<Pursued, { readonly type: "pursued" }>;

/** Those that count. */
export function counted(all: readonly Pursued[]): readonly Counted[] {
  return all.filter((one): one is Counted => one.type === "pursued");
}

/** Whether no engine caught it. */
export function survived({ trials }: Counted): boolean {
  return trials.every(({ caught }) => caught === undefined);
}

/** Rows of cells, one for each kind that occurs and one for all: how many each engine caught, and what that took. */
export function rowsByKind(
  all: readonly Counted[],
  engines: readonly Engine[],
): readonly (readonly string[])[] {
  const head = ["kind", "mutants", ...engines.flatMap((one) => [one, "took"]), "survived"];
  const row = (name: string, some: readonly Counted[]): readonly string[] => [
    name,
    String(some.length),
    ...engines.flatMap((engine) => cellsOf(some, engine)),
    String(some.filter(survived).length),
  ];
  const ofKind = (kind: Kind): readonly Counted[] =>
    all.filter(({ planted }) => planted.kind === kind);
  const kinds = KINDS.filter((kind) => ofKind(kind).length > 0);
  return [head, ...kinds.map((kind) => row(kind, ofKind(kind))), row("all", all)];
}

/** How many an engine caught, and the median count and time of those. */
function cellsOf(some: readonly Counted[], engine: Engine): readonly [string, string] {
  const caught = some
    .flatMap(({ trials }) => trials)
    .filter((trial) => trial.engine === engine && trial.caught !== undefined);
  if (caught.length === 0) return ["0", ""];
  const count = median(caught.map((trial) => trial.count));
  const seconds = (median(caught.map(({ ms }) => ms)) / 1000).toFixed(1);
  const what = engine === "explorer" ? "states" : count === 1 ? "seed" : "seeds";
  return [String(caught.length), `${grouped(count)} ${what}, ${seconds} s`];
}

/** One line for each mutant that counts: what caught it first. */
export function rowsOfMutants(all: readonly Counted[]): readonly (readonly string[])[] {
  return [
    ["mutant", "engine", "check", "took", "time"],
    ...all.flatMap(({ planted, trials }) => {
      const found = trials.filter(({ caught }) => caught !== undefined);
      if (found.length === 0) return [[planted.id, "SURVIVED", "", "", ""]];
      return found.map((trial) => [planted.id, ...trialCells(trial)]);
    }),
  ];
}

function trialCells({ engine, caught, count, ms }: Trial): readonly string[] {
  const took = `${grouped(count)} ${engine === "explorer" ? "states" : count === 1 ? "seed" : "seeds"}`;
  return [engine, caught?.check ?? "", took, `${(ms / 1000).toFixed(1)} s`];
}

/** One line for each survivor: what it does, and what is known about it. */
export function survivorLines(all: readonly Counted[]): readonly string[] {
  return all.filter(survived).map(({ planted: { id, about } }) => {
    const note = NOTES.get(id);
    const what = note === undefined ? "not looked into yet." : `${CLASSES[note.is]}. ${note.why}`;
    return `- \`${id}\`: ${about} This is ${what}`;
  });
}

/** Rows as text for a terminal. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_none, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? 0;
}

function grouped(count: number): string {
  return count.toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
