import type { KeyValueCommand, LogLine } from "@kontiki/actors";
import { exactJson, exactText } from "@kontiki/actors/node";
import { membershipText } from "./membership-text.ts";
import { wordText } from "./quoting.ts";

/** One entry: index, term, client:sequence, and the command as it is typed at the prompt. */
export function logText(line: LogLine): string {
  const place = `${line.index} ${line.term}`;
  switch (line.type) {
    case "noop":
      return `${place} noop`;
    case "membership":
      return `${place} membership ${membershipText(line.membership)}`;
    case "command": {
      const command = line.sequence === 0 ? "session" : commandText(line.command);
      return `${place} ${line.client}:${line.sequence} ${command}`;
    }
  }
}

/** The entry as JSON keeps it, whatever its command holds. */
export function logJson(line: LogLine): unknown {
  if (line.type !== "command" || line.sequence === 0) return line;
  return { ...line, command: exactJson(line.command) };
}

/** A command as it is typed at the prompt; one of an unknown state machine exactly. */
function commandText(command: unknown): string {
  if (!isKeyValueCommand(command)) return exactText(command);
  switch (command.type) {
    case "put":
    case "append":
      return `${command.type} ${wordText(command.key)} ${wordText(command.value)}`;
    case "get":
      return `get ${wordText(command.key)}`;
    case "delete":
      return `del ${wordText(command.key)}`;
    case "compareAndSet": {
      const old = command.expected === null ? "--absent" : wordText(command.expected);
      return `cas ${wordText(command.key)} ${old} ${wordText(command.value)}`;
    }
    case "list":
      return `list ${wordText(command.prefix)}`;
  }
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  put: ["key", "value"],
  append: ["key", "value"],
  get: ["key"],
  delete: ["key"],
  compareAndSet: ["key", "value"],
  list: ["prefix"],
} satisfies Record<KeyValueCommand["type"], readonly string[]>;

function isKeyValueCommand(command: unknown): command is KeyValueCommand {
  if (typeof command !== "object" || command === null) return false;
  const fields = new Map<string, unknown>(Object.entries(command));
  const type = fields.get("type");
  if (typeof type !== "string" || !Object.hasOwn(FIELDS, type)) return false;
  return FIELDS[type]?.every((field) => typeof fields.get(field) === "string") === true;
}
