import { isJoint, membershipOf, type Membership } from "@kontiki/core";
import type { Stepped } from "./core-server.ts";

/** How often something happened beyond Figure 2 that a run should meet, so that a vacuous run is noticed. */
export class Milestones {
  elections = 0;
  /** Leaders that no majority answered. */
  steppedDown = 0;
  snapshotsTaken = 0;
  snapshotsInstalled = 0;
  compacted = 0;
  jointEntered = 0;
  jointLeft = 0;
  promoted = 0;
  rejoined = 0;
  removedLeaders = 0;
  transfersDone = 0;
  transfersFailed = 0;
  logsRepaired = 0;

  stepped({ event, before, after, effects }: Stepped): void {
    const [old, now] = [before.state.role, after.state.role];
    const leads = old.type === "leader";
    if (!leads && now.type === "leader") this.elections += 1;
    if (leads && now.type !== "leader" && event.type === "heartbeatTimeout") this.steppedDown += 1;
    for (const effect of effects) {
      if (effect.type === "installSnapshot") this.snapshotsInstalled += 1;
      if (effect.type === "compactLog") this.compacted += 1;
      if (effect.type === "logRepaired") this.logsRepaired += 1;
      if (effect.type !== "transferEnded") continue;
      if (effect.reason === undefined) this.transfersDone += 1;
      else this.transfersFailed += 1;
    }
    if (event.type === "snapshotTaken" && before.state.snapshot !== after.state.snapshot)
      this.snapshotsTaken += 1;
    if (!leads || before.state.memberships === after.state.memberships) return;
    this.#changed(
      membershipOf(before.env, before.state),
      membershipOf(after.env, after.state),
      event.type === "message" && event.message.type === "rejoin",
    );
    const { id } = after.env.config;
    const { voters } = membershipOf(after.env, after.state);
    if (now.type === "follower" && before.state.term === after.state.term && !voters.includes(id))
      this.removedLeaders += 1;
  }

  #changed(old: Membership, now: Membership, rejoins: boolean): void {
    if (!isJoint(old) && isJoint(now)) this.jointEntered += 1;
    if (isJoint(old) && !isJoint(now)) this.jointLeft += 1;
    if (rejoins) this.rejoined += 1;
    const promoted = old.promotions.some(({ node }) => now.voters.includes(node));
    if (promoted) this.promoted += 1;
  }
}
