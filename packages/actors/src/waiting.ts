import type { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import { KontikiError } from "./errors.ts";
import type { NodeStatus } from "./status.ts";
import type { SupervisorEvents } from "./supervisor.ts";
import { TIMER_MS_MAX } from "./timers.ts";

/** How long to wait for something. */
export type WaitOptions = {
  /** In ms; 30,000 when left out. */
  readonly timeoutMs?: number | undefined;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
};

const TIMEOUT_MS = 30_000;

/**
 * Waits until `look` finds something, looking again whenever a status changes.
 *
 * @throws KontikiError naming `what` when the time is over, the signal's reason when that is given, and whatever
 *   `look` throws.
 */
export function waitFor<T>(
  events: EventEmitter<SupervisorEvents>,
  what: string,
  look: () => T | undefined,
  { timeoutMs = TIMEOUT_MS, signal }: WaitOptions = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      events.off("change", check);
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const onAbort = (): void => end(() => reject(signal?.reason as Error));
    const check = (): void => {
      try {
        const found = look();
        if (found !== undefined) end(() => resolve(found));
      } catch (error) {
        end(() => reject(error as Error));
      }
    };
    const onTimeout = (): void =>
      end(() => reject(new KontikiError(`${what}: not within ${timeoutMs} ms`)));
    const timer = setTimeout(onTimeout, Math.min(timeoutMs, TIMER_MS_MAX));
    events.on("change", check);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    else check();
  });
}

/** Who leads: of the nodes that say they do, the one of the latest term, unless a later term is known. */
export function currentLeader(nodes: readonly NodeStatus[]): NodeId | undefined {
  const latest = Math.max(0, ...nodes.map(({ raft }) => raft?.term ?? 0));
  return nodes.find(({ raft }) => raft?.role === "leader" && raft.term === latest)?.id;
}

/** Whether all nodes that are not stopped or failed run, follow one leader, and have applied all there is. */
export function haveConverged(nodes: readonly NodeStatus[]): boolean {
  const live = nodes.filter(({ life }) => life.type !== "stopped" && life.type !== "failed");
  const leader = live.find(({ id }) => id === currentLeader(nodes))?.raft;
  if (leader === undefined || leader.applied !== leader.last) return false;
  return live.every(
    ({ raft }) =>
      raft?.leader === leader.leader &&
      raft?.term === leader.term &&
      raft.last === leader.last &&
      raft.commit === leader.last &&
      raft.applied === leader.last,
  );
}
