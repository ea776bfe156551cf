import { checkArgument, oneOf, rule } from "@kontiki/actors/node";
import { finish, type Work } from "../slices.ts";
import { parseEdn, startsAsEdn } from "./edn.ts";
import type { History } from "./history.ts";
import { HistoryError } from "./history-error.ts";
import { parseJepsen } from "./jepsen.ts";
import { parseJsonl } from "./jsonl.ts";

/** The file formats: the log of a Jepsen test, a Jepsen history in EDN, and Kontiki's own JSON lines. */
export const FORMATS = ["jepsen", "edn", "jsonl"] as const;

/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

const PARSERS = { jepsen: parseJepsen, edn: parseEdn, jsonl: parseJsonl } as const;

/**
 * Reads a history as work that can be paused, because a large file takes seconds.
 *
 * It rejects a file without operations: nobody means to check an empty history.
 *
 * @throws HistoryError with line and column when the text is not of that format.
 */
export function parsing(text: string, format: Format): Work<History> {
  return checkedParsing("parsing", text, format);
}

const TEXT = rule("the text of a file", (value) => typeof value === "string");

function checkedParsing(where: string, text: string, format: Format): Work<History> {
  checkArgument(where, "text", TEXT, text);
  checkArgument(where, "format", oneOf(...FORMATS), format);
  return parsed(text, format);
}

function* parsed(text: string, format: Format): Work<History> {
  // Some editors add a byte order mark, which belongs to no format.
  const history = yield* PARSERS[format](text.replace(/^\ufeff/, ""));
  if (history.operations.length === 0)
    throw new HistoryError("the history has no operations", 1, 1);
  return history;
}

/** Reads a history without pauses. @throws HistoryError as {@link parsing} does. */
export function parseHistory(text: string, format: Format): History {
  return finish(checkedParsing("parseHistory", text, format));
}

/**
 * Guesses the format from the beginning of a file; undefined when it fits no format.
 *
 * EDN and JSON both begin with a brace. In JSON a string follows it, and in a history in EDN a keyword.
 */
export function formatOf(text: string): Format | undefined {
  checkArgument("formatOf", "text", TEXT, text);
  const plain = text.replace(/^\ufeff/, "");
  const start = plain.slice(0, 4096);
  if (/^\s*\{\s*(?:"|\})/.test(start)) return "jsonl";
  if (startsAsEdn(plain)) return "edn";
  return /jepsen/.test(start) ? "jepsen" : undefined;
}
