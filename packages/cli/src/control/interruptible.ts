import { KontikiError } from "@kontiki/actors";
import { interruptedStatus, type Host } from "../host/host.ts";
import { Notes } from "../output/notes.ts";
import { Disconnected } from "./connection.ts";

/**
 * Runs a command that talks to a cluster. What fails because of an interruption ends with the status of the interruption:
 * a wait for the first answer silently, a command that was sent with what is known of it.
 */
export async function interruptible(host: Host, run: () => Promise<number>): Promise<number> {
  const { signal } = host;
  try {
    return await run();
  } catch (error) {
    const status = interruptedStatus(signal);
    if (status === undefined || !(error instanceof KontikiError)) throw error;
    if (!(error instanceof Disconnected)) return status;
    new Notes(host, "kontiki: ").problem(error.message);
    return status;
  }
}
