import { intactBatches, isCut, type IntactBatch } from "@kontiki/actors/node";
import type { Loss } from "../engine/loss.ts";
import type { Append, SimFile } from "./sim-file.ts";

/**
 * What damage of some bytes of a file takes away: all that was written together with them. It is read from the bytes
 * before they are damaged, so it does not depend on what recovery later makes of them. Undefined when some of these bytes are
 * damaged already.
 */
export function lossIn(name: string, file: SimFile, from: number, to: number): Loss | undefined {
  const appends = file.intactAppends(from, to);
  if (appends === undefined) return undefined;
  if (name.endsWith(".snapshot"))
    return { entries: [], snapshot: Number.parseInt(name, 10), isObscure: false };
  const parts = appends.map((append) => lossOf(append, batchesIn(name, file, append)));
  return {
    entries: parts.flatMap(({ entries }) => entries),
    snapshot: 0,
    isObscure: parts.some(({ isObscure }) => isObscure),
  };
}

/** The batches that one append wrote. A file is published with its header, and perhaps with batches. */
export function batchesIn(
  name: string,
  file: SimFile,
  { from, to }: Append,
): readonly IntactBatch[] {
  const bytes = new Uint8Array(to);
  bytes.set(file.read(from, to - from), from);
  return intactBatches({ read: () => bytes }, [name]);
}

function lossOf({ from }: Append, batches: readonly IntactBatch[]): Loss {
  const loss = lossOfBatches(batches);
  return from > 0 ? loss : { ...loss, isObscure: true };
}

/** What is lost with these batches. */
export function lossOfBatches(batches: readonly IntactBatch[]): Loss {
  const writes = batches.flatMap((batch) => batch.writes);
  const entries = writes.flatMap((write) => (write.type === "append" ? write.entries : []));
  const isPlain =
    batches.length > 0 && !writes.some(isCut) && entries.every(({ type }) => type !== "membership");
  return {
    entries: entries.map(({ index, term }) => ({ index, term })),
    snapshot: 0,
    isObscure: !isPlain,
  };
}
