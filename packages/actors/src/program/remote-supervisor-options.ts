import type { ClusterEvent } from "../mail/status.ts";
import type { MailCarrier } from "../threads/mail-carrier.ts";
import type { SupervisorStart } from "../threads/supervision.ts";
import type { RemoteChild } from "./remote-child.ts";

/** What a remote supervisor is made of. */
export type RemoteSupervisorOptions = {
  readonly options: Omit<SupervisorStart["options"], "route" | "programBell">;
  readonly priorities: SupervisorStart["priorities"];
  /** Carries letters between nodes, in this thread. Without it they arrive at once. */
  readonly network: MailCarrier | undefined;
  /** Whether `network` carries letters at first. */
  readonly isCarried: boolean;
  /** Whether faults can be injected into the nodes' threads. */
  readonly faults: boolean;
};

/**
 * What it emits: `event` for what happens to nodes, `status` when a node's Raft state has changed, `lost` when the
 * supervisor's thread has ended without being asked to, `hosts` when other hosts have other nodes than before, and `change`
 * after any of these and more often, for code that waits for some state of the whole cluster.
 */
export type RemoteEvents = {
  event: [ClusterEvent];
  status: [RemoteChild];
  lost: [];
  hosts: [];
  change: [];
};
