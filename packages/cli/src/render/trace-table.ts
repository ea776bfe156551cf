import type { CommandBytes, Trace, TracedStep } from "@kontiki/actors";
import type { Effect, NodeId, State } from "@kontiki/core";
import { peerText, snapshotText, type Notation } from "./message-text.ts";
import { effectText, raftEventText } from "./raft-text.ts";

const NOTATION: Notation<CommandBytes> = {
  commandText: ({ length }) => `(${length} B)`,
  listedEntries: 3,
};

/** One step as cells: its line in the trace, the event, role, term and commit after it, and the effects. */
export type TraceRow = readonly string[];

/** Names of the columns of a {@link TraceRow}. */
export const TRACE_COLUMNS: TraceRow = ["line", "event", "role", "term", "commit", "effects"];

/** Which columns are numbers, aligned to the right. The last column is not aligned. */
const ALIGNED_RIGHT: readonly boolean[] = [true, false, false, true, true];

/** The initial state of a trace in one line. */
export function openingText({ opening, env, state }: Trace): string {
  const { id, uid } = opening.config;
  const { firstIndex, lastIndex } = env.log;
  const log = lastIndex < firstIndex ? "an empty log" : `a log from ${firstIndex} to ${lastIndex}`;
  const snapshot = state.snapshot === undefined ? "" : `, snapshot ${snapshotText(state.snapshot)}`;
  const damage = state.horizon === undefined ? "" : ", and its log was found damaged";
  const vote = state.votedFor === undefined ? "no vote" : `a vote for ${state.votedFor}`;
  return `${peerText(id, uid)} begins in term ${state.term} with ${vote}, ${log}${snapshot}${damage}`;
}

/** A step, with the state after it. */
export function traceRow(
  { line, event, outcome }: TracedStep,
  { role, term, commit }: State,
): TraceRow {
  const effects =
    outcome.type === "done" ? effectsText(outcome.effects) : `the core failed: ${outcome.error}`;
  const place = [role.type, `${term}`, `${commit}`];
  return [`${line}`, raftEventText(event, NOTATION), ...place, effects];
}

/** Rows with aligned columns, each at least as wide as in `widths`. */
export function alignedRows(
  rows: readonly TraceRow[],
  widths: readonly number[],
): { readonly lines: readonly string[]; readonly widths: readonly number[] } {
  const wide = ALIGNED_RIGHT.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), widths[column] ?? 0),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => padded(cell, column, wide))
      .join("  ")
      .trimEnd(),
  );
  return { lines, widths: wide };
}

function padded(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return ALIGNED_RIGHT[column] === true ? cell.padStart(width) : cell.padEnd(width);
}

/** Messages without their content, those of one kind together; all other effects in full. */
function effectsText(effects: readonly Effect<CommandBytes>[]): string {
  const sent = new Map<string, NodeId[]>();
  const parts: (string | readonly [string, NodeId[]])[] = [];
  for (const effect of effects) {
    const kind = effect.type === "send" ? effect.message.type : "snapshotChunk";
    if (effect.type !== "send" && effect.type !== "sendChunk") {
      parts.push(effectText(effect, NOTATION));
      continue;
    }
    const known = sent.get(kind);
    if (known !== undefined) known.push(effect.to);
    else {
      const to = [effect.to];
      sent.set(kind, to);
      parts.push([kind, to]);
    }
  }
  return parts
    .map((part) => (typeof part === "string" ? part : `${part[0]} to ${part[1].join(" ")}`))
    .join("; ");
}
