import type { Failure } from "../session/answer.ts";

/** A failure in one line that tells whether the command may have taken effect. `line` is its number in the input. */
export function failureText({ outcome, message }: Failure, line: number | undefined): string {
  const place = line === undefined ? "" : `line ${line}: `;
  switch (outcome) {
    case "error":
      return `${place}${message}`;
    case "definitelyNot":
      return `${place}not done: ${message}`;
    case "unknown":
      return `${place}unknown whether done: ${message}`;
  }
}
