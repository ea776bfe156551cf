import type { NodeId } from "@kontiki/core";
import type { CoreStep, Happening } from "../engine/observer.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import { ClockRates } from "./clock-rates.ts";
import type { Report } from "./report.ts";

/** What a node's timer is counted from. */
type Since = { at: number; isHastened: boolean };

/** Of a length in ms that was divided by the rate of a clock, this much is certain. */
const CERTAIN = 0.999;

/**
 * Checks timeouts against true time (§5.2, §9.3): a node counts a timeout only if its timer has run for at least the shortest
 * length since it was last reset, since a leader was heard, and since a vote was given. A timeout that was in the mailbox
 * when its timer was reset must not count. A vote that is refused resets no timer: a candidate that cannot win must not keep
 * others from trying.
 */
export class TimerClaims {
  readonly #settings: ClusterSettings;
  readonly #now: () => number;
  readonly #report: Report;
  readonly #since = new Map<NodeId, Since>();
  readonly #rates = new ClockRates();

  constructor(settings: ClusterSettings, now: () => number, report: Report) {
    this.#settings = settings;
    this.#now = now;
    this.#report = report;
  }

  onHappening(happening: Happening): void {
    this.#rates.onHappening(happening);
    if (happening.type === "started")
      this.#since.set(happening.node, { at: this.#now(), isHastened: false });
  }

  onStep(step: CoreStep): void {
    const since = this.#since.get(step.node);
    if (since === undefined) return;
    this.#check(step, since);
    if (isForRefusal(step))
      this.#report({
        check: "timers",
        text: `${step.node} resets its timer although it refuses a vote, so that it keeps others from trying`,
      });
    const reset = step.effects.findLast(isReset);
    if (reset !== undefined) since.isHastened = reset.type === "hastenElectionTimer";
    if (reset !== undefined || isHeard(step) || step.effects.some(isVote)) since.at = this.#now();
  }

  #check({ node, event }: CoreStep, { at, isHastened }: Since): void {
    const { electionTimeoutMs, heartbeatMs } = this.#settings;
    switch (event.type) {
      case "electionTimeout":
      case "leaderSilent":
        return isHastened
          ? undefined
          : this.#atLeast(node, "an election timeout", electionTimeoutMs, at);
      case "heartbeatTimeout":
        return this.#atLeast(node, "a heartbeat timeout", heartbeatMs, at);
      default:
        return;
    }
  }

  #atLeast(node: NodeId, what: string, lengthMs: number, at: number): void {
    const passed = this.#now() - at;
    const leastMs = lengthMs / this.#rates.fastest(node);
    if (passed >= leastMs * CERTAIN) return;
    this.#report({
      check: "timers",
      text: `${node} counts ${what} ${passed.toFixed(1)} ms after its timer was reset; the shortest takes ${leastMs.toFixed(1)} ms`,
    });
  }
}

type AnyEffect = CoreStep["effects"][number];

function isReset({ type }: AnyEffect): boolean {
  return (
    type === "resetElectionTimer" ||
    type === "hastenElectionTimer" ||
    type === "resetHeartbeatTimer"
  );
}

/** A leader that learns of a newer term starts a timer, because it had none. */
function isForRefusal({ event, before, effects }: CoreStep): boolean {
  if (event.type !== "message" || event.message.type !== "requestVote") return false;
  return before.role.type !== "leader" && effects.some(isReset) && !effects.some(isVote);
}

/** Whether a follower accepts that the sender of a message leads its term. It ignores messages to a disk that it had before. */
function isHeard({ event, before, after, effects }: CoreStep): boolean {
  if (event.type !== "message" || after.role.type !== "follower") return false;
  if (effects.some((effect) => effect.type === "send" && effect.message.type === "rejoin"))
    return false;
  const { type, term } = event.message;
  if (type !== "appendEntries" && type !== "snapshotChunk") return false;
  const isLeader = after.role.leader === event.from && term === after.term;
  return isLeader && (before !== after || after.role.heard);
}

function isVote(effect: AnyEffect): boolean {
  return effect.type === "send" && effect.message.type === "voteReply" && effect.message.granted;
}
