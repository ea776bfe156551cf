import { EXIT_USAGE, type EXIT_TOOL } from "../host/host.ts";

/** A command that ends without a verdict: one readable line and the exit status. */
export class CheckFailure extends Error {
  override readonly name = "CheckFailure";
  readonly status: typeof EXIT_USAGE | typeof EXIT_TOOL;

  constructor(message: string, status: typeof EXIT_USAGE | typeof EXIT_TOOL) {
    super(message);
    this.status = status;
  }
}

/** The input is wrong: an option, a file, a line of a file. */
export function badInput(message: string): CheckFailure {
  return new CheckFailure(message, EXIT_USAGE);
}
