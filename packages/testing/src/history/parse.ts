import { finish, type Work } from "../slices.ts";
import { parseEdn } from "./edn.ts";
import type { History } from "./history.ts";
import { HistoryError } from "./history-error.ts";
import { parseJepsen } from "./jepsen.ts";
import { parseJsonl } from "./jsonl.ts";

/** The formats of files: a Jepsen test's log, a Jepsen history in EDN, Kontiki's own JSON lines. */
export const FORMATS = ["jepsen", "edn", "jsonl"] as const;

/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

const PARSERS = { jepsen: parseJepsen, edn: parseEdn, jsonl: parseJsonl } as const;

/**
 * Reads a history as work that can be laid down, since a large file takes seconds.
 *
 * A file without any operation is refused: what was meant is never that an empty history is valid.
 *
 * @throws HistoryError with line and column when the text is not of that format.
 */
export function* parsing(text: string, format: Format): Work<History> {
  // A mark of byte order is a habit of some editors and belongs to no format.
  const history = yield* PARSERS[format](text.replace(/^\ufeff/, ""));
  if (history.operations.length === 0) throw new HistoryError("there is no operation in it", 1, 1);
  return history;
}

/** Reads a history at once. @throws HistoryError as {@link parsing} does. */
export function parseHistory(text: string, format: Format): History {
  return finish(parsing(text, format));
}

/**
 * The format that a file's first characters show, undefined when they show none.
 *
 * EDN and JSON both begin with a brace; a keyword tells EDN.
 */
export function formatOf(text: string): Format | undefined {
  const start = text.slice(0, 4096).replace(/^\ufeff/, "");
  if (/^\s*\{\s*(?:"|\})/.test(start)) return "jsonl";
  if (/^(?:[\s,]|;[^\n]*\n)*[[(]?\s*(?:#[\w.]+\s*)?\{\s*:/.test(start)) return "edn";
  return /jepsen/.test(start) ? "jepsen" : undefined;
}
