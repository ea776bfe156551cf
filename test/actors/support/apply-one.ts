import type { Index } from "@kontiki/core";
import type { Sessions } from "../../../packages/actors/src/sessions/sessions.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";

/** Applies a command that is alone in its entry, and gives its result. */
export function applyOne(
  sessions: Sessions,
  command: CommandBytes,
  at: Index,
  apply: (payload: Uint8Array) => Uint8Array,
): Uint8Array | undefined {
  let given: Uint8Array | undefined;
  sessions.apply(command, at, {
    apply: (from, to) => apply(command.subarray(from, to)),
    answer: (_session, _sequence, result) => (given = result),
  });
  return given;
}
