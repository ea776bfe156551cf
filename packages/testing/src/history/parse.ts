import { checkArgument, checkOptions, oneOf, rule } from "@kontiki/actors/node";
import { finish, type Work } from "../slices.ts";
import { parseEdn, startsAsEdn } from "./edn.ts";
import type { History } from "./history.ts";
import { HistoryError } from "./history-error.ts";
import { hasLoggedEvent, parseJepsen } from "./jepsen.ts";
import { parseJsonl } from "./jsonl.ts";
import { READING_OPTIONS, type ReadingOptions } from "./reading.ts";
import { withoutMark, type TextParts } from "./text-parts.ts";

/** The file formats: the log of a Jepsen test, a Jepsen history in EDN, and Kontiki's own JSON lines. */
export const FORMATS = ["jepsen", "edn", "jsonl"] as const;

/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

const PARSERS = { jepsen: parseJepsen, edn: parseEdn, jsonl: parseJsonl } as const;

const FAILED_CAS_IN_JSONL =
  'JSON lines tell how a cas failed, so they are not read by an option: "status" is "failed" if it had no effect, ' +
  'and "ok" with "output" false if it found another value';

/**
 * Reads a history as work that can be paused, because a large file takes seconds.
 *
 * A text can come in parts. Lines are read part by part; EDN needs the whole text.
 *
 * It rejects a file without operations: nobody means to check an empty history.
 *
 * @throws HistoryError with line and column when the text is not of that format.
 */
export function parsing(
  text: TextParts,
  format: Format,
  options: ReadingOptions = {},
): Work<History> {
  checkArgument("parsing", "text", TEXT_PARTS, text);
  return checkedParsing("parsing", text, format, options);
}

const TEXT = rule<string>("the text of a file", (value) => typeof value === "string");

const TEXT_PARTS = rule<TextParts>(
  "the text of a file, or its parts",
  (value) =>
    typeof value === "string" ||
    (typeof value === "object" && value !== null && Symbol.iterator in value),
);

function checkedParsing(
  where: string,
  text: TextParts,
  format: Format,
  options: ReadingOptions,
): Work<History> {
  checkArgument(where, "format", oneOf(...FORMATS), format);
  checkOptions(where, READING_OPTIONS, options);
  return parsed(text, format, options);
}

function* parsed(text: TextParts, format: Format, options: ReadingOptions): Work<History> {
  if (format === "jsonl" && options.failedCas !== undefined)
    throw new HistoryError(FAILED_CAS_IN_JSONL, 1, 1);
  const history = yield* PARSERS[format](withoutMark(text), options);
  if (history.operations.length === 0)
    throw new HistoryError("the history has no operations", 1, 1);
  return history;
}

/** Reads a history without pauses. @throws HistoryError as {@link parsing} does. */
export function parseHistory(text: string, format: Format, options: ReadingOptions = {}): History {
  checkArgument("parseHistory", "text", TEXT, text);
  return finish(checkedParsing("parseHistory", text, format, options));
}

/**
 * Guesses the format from the beginning of a file; undefined when it fits no format, or more is needed.
 *
 * EDN and JSON both begin with a brace. In JSON a string follows it, and in a history in EDN a keyword. So may a log, before
 * its first event.
 */
export function formatOf(text: string): Format | undefined {
  checkArgument("formatOf", "text", TEXT, text);
  const plain = text.replace(/^\ufeff/, "");
  if (startsAsEdn(plain, true)) return "edn";
  if (hasLoggedEvent(plain)) return "jepsen";
  // No event of EDN has strings as keys. An array of objects is no JSON lines either, and the error says so.
  if (/^\s*\[?\s*\{\s*(?:"|\})/.test(plain)) return "jsonl";
  if (startsAsEdn(plain)) return "edn";
  return /jepsen/.test(plain.slice(0, 4096)) ? "jepsen" : undefined;
}
