import { CheckFailure } from "./check-failure.ts";
import { EXIT_TOOL, EXIT_USAGE, interruptedStatus, type Host } from "../host/host.ts";
import { flushed } from "./write.ts";
import { messageOf } from "./error-text.ts";
import type { Notes } from "./notes.ts";
import { surroundingsText } from "./surroundings.ts";

/**
 * Runs a command that reaches a verdict, and resolves to its exit status.
 *
 * An error of the tool must not end in the status of a verdict, so this function never rejects.
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
    // Such as a scenario's module that draws a wrong command: the error of the module of scenarios is not loaded here.
    if (error instanceof Error && error.name === "ScenarioError") {
      notes.problem(messageOf(error));
      return EXIT_USAGE;
    }
    notes.problem(`no verdict: ${surroundingsText(error) ?? messageOf(error)}`);
    return EXIT_TOOL;
  }
}
