import { CheckFailure } from "./check-failure.ts";
import { EXIT_TOOL, interruptedStatus, type Host } from "../host/host.ts";
import { flushed } from "./output.ts";
import { messageOf } from "../session/answer.ts";
import type { Notes } from "./notes.ts";

/**
 * The exit status of a command that comes to a verdict.
 *
 * Whatever goes wrong, the status must not be that of a verdict: so nothing is thrown from here.
 */
export async function judging(
  host: Host,
  notes: Notes,
  judge: () => Promise<number>,
): Promise<number> {
  try {
    const status = await judge();
    await flushed(host.stdout);
    if (host.signal.aborted && host.signal.reason === "badOutput") return EXIT_TOOL;
    return interruptedStatus(host.signal) ?? status;
  } catch (error) {
    if (error instanceof CheckFailure) {
      notes.problem(error.message);
      return error.status;
    }
    notes.problem(`no verdict: ${messageOf(error)}`);
    return EXIT_TOOL;
  }
}
