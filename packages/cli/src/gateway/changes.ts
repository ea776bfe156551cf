import type { AppliedCommand, KeyValueCommand } from "@kontiki/actors";

/** What an entry of the log has done to a key. */
export type Change =
  | { readonly type: "put"; readonly key: string; readonly value: string }
  /** The key existed. */
  | { readonly type: "delete"; readonly key: string }
  /** `value` was appended; the whole has this many bytes. */
  | {
      readonly type: "append";
      readonly key: string;
      readonly value: string;
      readonly bytes: number;
    };

/** What a command of the key-value machine has changed; undefined if nothing. */
export function changeBy({ command, result }: AppliedCommand): Change | undefined {
  const asked = command as KeyValueCommand;
  switch (asked.type) {
    case "put":
      return { type: "put", key: asked.key, value: asked.value };
    case "compareAndSet":
      return result === true ? { type: "put", key: asked.key, value: asked.value } : undefined;
    case "delete":
      return result === true ? { type: "delete", key: asked.key } : undefined;
    case "append":
      return { type: "append", key: asked.key, value: asked.value, bytes: Number(result) };
    default:
      return undefined;
  }
}

/** How much memory a change takes, in characters. */
export function sizeOf(change: Change): number {
  const { key } = change;
  return 64 + key.length + ("value" in change ? change.value.length : 0);
}
