import { ChangeError, KontikiError } from "../errors.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import type { LeaderMembership } from "../threads/cluster-view.ts";
import type { Deadline } from "./deadline.ts";

/**
 * The leader that a change may be requested from; undefined while there is none.
 *
 * @throws KontikiError at once when no quorum can come: then nothing can be changed, even if a node still leads.
 */
export function leaderForChange(
  supervisor: RemoteSupervisor,
  deadline: Deadline,
): LeaderMembership | undefined {
  supervisor.checkRunning();
  const loss = supervisor.quorumLoss();
  if (loss !== undefined) throw deadline.failure(loss);
  return supervisor.leaderMembership();
}

/**
 * Waits for a leader before anything of a change is begun.
 *
 * @throws ChangeError when none comes in time, and at once when no quorum can come.
 */
export async function untilLeaderForChange(
  supervisor: RemoteSupervisor,
  deadline: Deadline,
): Promise<LeaderMembership> {
  try {
    return await deadline.wait(supervisor.events, () => leaderForChange(supervisor, deadline));
  } catch (error) {
    throw changeEnd(error, false);
  }
}

/** How an error ends a change: `unknown` when a request for it `isOpen`, because a leader may have accepted it. */
export function changeEnd(error: unknown, isOpen: boolean): unknown {
  if (!(error instanceof KontikiError)) return error;
  return new ChangeError(error.message, isOpen ? "unknown" : "definitelyNot");
}

/** The same error, which tells people what is left open. */
export function saysWhatIsOpen(error: unknown): unknown {
  if (!(error instanceof ChangeError) || error.outcome !== "unknown") return error;
  return new ChangeError(`${error.message}; it may still happen`, error.outcome);
}
