import { EXIT_USAGE, type EXIT_TOOL } from "../host/host.ts";

/** A check that comes to no verdict, with one readable line and the exit status that it ends in. */
export class CheckFailure extends Error {
  override readonly name = "CheckFailure";
  readonly status: typeof EXIT_USAGE | typeof EXIT_TOOL;

  constructor(message: string, status: typeof EXIT_USAGE | typeof EXIT_TOOL) {
    super(message);
    this.status = status;
  }
}

/** The fault is in what was asked: an option, a file, a line of it. */
export function badInput(message: string): CheckFailure {
  return new CheckFailure(message, EXIT_USAGE);
}

/** What the system says of a file, without the name of the call and the path, which the reader knows. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, reason] = /^[A-Z0-9]+: ([^,]+)/.exec(error.message) ?? [];
  return reason ?? error.message;
}
