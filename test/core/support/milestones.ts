import { isJoint, membershipOf, type Effect, type Membership } from "@kontiki/core";
import type { Stepped } from "./server.ts";
import type { Command } from "./core.ts";

/** Counts of events that a long run should contain, so that a vacuous run is noticed. */
export class Milestones {
  readonly counts = {
    events: 0,
    elections: 0,
    /** Leaders that no majority answered. */
    steppedDown: 0,
    truncated: 0,
    snapshotsTaken: 0,
    snapshotsInstalled: 0,
    snapshotsGone: 0,
    snapshotsBroken: 0,
    compacted: 0,
    jointEntered: 0,
    jointLeft: 0,
    promoted: 0,
    /** Members that returned with a new disk. */
    rejoined: 0,
    removedLeaders: 0,
    transfersDone: 0,
    transfersFailed: 0,
    logsRepaired: 0,
    logsScattered: 0,
    entriesFetched: 0,
    restarted: 0,
    unsyncedLost: 0,
  };

  stepped({ event, before, after, effects }: Stepped): void {
    const { counts } = this;
    const [old, now] = [before.state.role, after.state.role];
    const leads = old.type === "leader";
    counts.events += 1;
    if (!leads && now.type === "leader") counts.elections += 1;
    if (leads && now.type !== "leader" && event.type === "heartbeatTimeout")
      counts.steppedDown += 1;
    if (event.type === "snapshotTaken" && before.state.snapshot !== after.state.snapshot)
      counts.snapshotsTaken += 1;
    if (event.type === "snapshotGone") counts.snapshotsGone += 1;
    if (event.type === "snapshotBroken") counts.snapshotsBroken += 1;
    const isFetch = event.type === "message" && event.message.type === "fetchReply";
    if (isFetch && effects.some(({ type }) => type === "appendLog")) counts.entriesFetched += 1;
    for (const effect of effects) this.#note(effect);
    if (leads && before.state.memberships !== after.state.memberships)
      this.#changed(after, before, event);
  }

  #note(effect: Effect<Command>): void {
    const { counts } = this;
    switch (effect.type) {
      case "truncateLog":
        counts.truncated += 1;
        return;
      case "installSnapshot":
        counts.snapshotsInstalled += 1;
        return;
      case "compactLog":
        counts.compacted += 1;
        return;
      case "logRepaired":
        counts.logsRepaired += 1;
        return;
      case "transferEnded":
        counts[effect.reason === undefined ? "transfersDone" : "transfersFailed"] += 1;
        return;
      default:
        return;
    }
  }

  #changed(after: Stepped["after"], before: Stepped["before"], event: Stepped["event"]): void {
    const { counts } = this;
    const old = membershipOf(before.env, before.state);
    const now = membershipOf(after.env, after.state);
    if (!isJoint(old) && isJoint(now)) counts.jointEntered += 1;
    if (isJoint(old) && !isJoint(now)) counts.jointLeft += 1;
    if (event.type === "message" && event.message.type === "rejoin") counts.rejoined += 1;
    if (old.promotions.some(({ node }) => now.voters.includes(node))) counts.promoted += 1;
    if (wentAway(after, now)) counts.removedLeaders += 1;
  }
}

/** Whether a leader has just stepped down because it is no longer a voter. */
function wentAway({ env, state }: Stepped["after"], { voters }: Membership): boolean {
  return state.role.type === "follower" && !voters.includes(env.config.id);
}
