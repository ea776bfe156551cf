import type { FaultType } from "@kontiki/testing";

const FIXED = "the members of a cluster on several hosts are those of its peers file";

/** The kinds of faults that cannot be done on several hosts, and why. All others can. */
export const NOT_ON_HOSTS: Readonly<Partial<Record<FaultType, string>>> = {
  wipe: "a host that returns with an empty folder is refused, because its node may have forgotten a vote",
  add: FIXED,
  remove: FIXED,
  replace: FIXED,
  addLearner: FIXED,
  promote: FIXED,
  grow: FIXED,
  shrink: FIXED,
  reshape: FIXED,
};
