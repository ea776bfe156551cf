/**
 * The output of `--json`: one object per line, in the formats that `kontiki udp --help` shows.
 *
 * A number above 2^53 - 1 is a string of digits; the bytes of an id are characters (latin-1).
 *
 * @module
 */
import type { Entry, LogView, NodeId } from "@kontiki/core";
import type { Begun, Command, Dropped, Turn } from "./turn.ts";
import type { Value } from "./wire-message.ts";

/** `address` is where the node listens. */
export function begunJson(
  node: NodeId,
  address: string,
  { term, votedFor, commands }: Begun,
  log: LogView<Value>,
): string {
  const kept = { term, votedFor: votedFor ?? null };
  const shown = commands.map(commandObject);
  return line({ type: "begun", node, address, ...kept, commands: shown, log: pairs(log) });
}

export function turnJson(
  node: NodeId,
  { event, input, output, commands }: Turn,
  log: LogView<Value>,
): string {
  return line({
    type: "event",
    node,
    event,
    input,
    output,
    commands: commands.map(commandObject),
    log: pairs(log),
  });
}

export function droppedJson(node: NodeId, { bytes, reason, count }: Dropped): string {
  return line({ type: "dropped", node, bytes, reason, count });
}

export function endedJson(node: NodeId, dropped: number): string {
  return line({ type: "ended", node, dropped });
}

function commandObject(command: Command): unknown {
  if (command.type !== "logEntries") return command;
  return { type: command.type, entries: command.entries.map(entryObject) };
}

/** An entry as in an AppendEntries. */
function entryObject(entry: Entry<Value>): unknown {
  const { index, term } = entry;
  return { index, term, value: entry.type === "command" ? entry.command : null };
}

/** The log as the original prints it: index and value. */
function pairs(log: LogView<Value>): readonly unknown[] {
  if (log.lastIndex === 0) return [];
  return log
    .slice(log.firstIndex, log.lastIndex, Infinity)
    .map((entry) => [entry.index, entry.type === "command" ? entry.command : null]);
}

function line(object: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(object, replaced)}\n`;
}

function replaced(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") {
    const whole = Number(value);
    return Number.isSafeInteger(whole) ? whole : value.toString();
  }
  return isValue(value) ? [value.node, value.number] : value === undefined ? null : value;
}

function isValue(value: unknown): value is Value {
  return typeof value === "object" && value !== null && "node" in value && "number" in value;
}
