import type { Failure } from "../session/answer.ts";

/** A failure in one line that says whether the command may have taken effect. */
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
