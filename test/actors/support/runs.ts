/** Runs of commands, for tests. */
import { encodeSlice } from "../../../packages/actors/src/bytes/plain-encoder.ts";
import { RunPacker } from "../../../packages/actors/src/sessions/run.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { CLIENT } from "./actors.ts";

/** A run of {@link CLIENT} from `first` on: one command alone, or several. By default, the floor is `first`. */
export function runOf(
  first: number,
  payloads: readonly unknown[],
  { client = CLIENT, floor = first }: { readonly client?: number; readonly floor?: number } = {},
): CommandBytes {
  const packer = new RunPacker();
  for (const [at, payload] of payloads.entries())
    packer.add(client, first + at, encodeSlice(payload, "command", 100));
  return packer.end(floor) ?? new Uint8Array(0);
}
