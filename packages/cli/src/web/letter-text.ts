import type { LetterMessage, LetterRecord } from "@kontiki/actors";

/** The messages of a letter, one line each, and its size. */
export function letterText({ messages, bytes }: LetterRecord): string {
  return `${messages.map(textOf).join("\n")} (${bytes} B)`;
}

function textOf({ type, term, first, last, granted }: LetterMessage): string {
  const vote = granted === undefined ? "" : granted ? ", granted" : ", refused";
  return `${type} term ${term}${vote}${entriesText(type, first, last)}`;
}

function entriesText(
  type: LetterMessage["type"],
  first: number | undefined,
  last: number | undefined,
): string {
  if (type === "appendRejected") return `, not after ${last}, try from ${first} on`;
  if (first !== undefined)
    return first === last || last === undefined
      ? `, entry ${first}`
      : `, entries ${first} to ${last}`;
  if (last !== undefined) return `, up to ${last}`;
  return type === "appendEntries" ? ", no entries" : "";
}
