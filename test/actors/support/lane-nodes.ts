/** Nodes' ports, with their supervisor's ends and the lanes between them, all in one thread. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { expect, onTestFinished } from "vitest";
import { Bell } from "../../../packages/actors/src/lanes/bell.ts";
import type { MailboxLimits } from "../../../packages/actors/src/lanes/mailbox-table.ts";
import { newLane } from "../../../packages/actors/src/lanes/lane.ts";
import type { RaftStatus } from "../../../packages/actors/src/mail/status.ts";
import type { FromNode, OutgoingMail, ToNode } from "../../../packages/actors/src/mail/protocol.ts";
import { NodeLanePort } from "../../../packages/actors/src/threads/node-lane-port.ts";
import type { ThreadWork } from "../../../packages/actors/src/mailboxes/lane-port.ts";
import type { LaneReport } from "../../../packages/actors/src/threads/lane-report.ts";
import { ActorMail } from "../../../packages/actors/src/mailboxes/actor-mail.ts";
import { n1, n2 } from "./actors.ts";

/** The work of a thread that has nothing to do, and must notice every letter at once. */
export const IDLE = { isDue: () => false, timerAtMs: () => Infinity, mayDoze: () => false };

type Node = {
  readonly bell: Bell;
  readonly mail: ActorMail<LaneReport>;
  readonly port: NodeLanePort;
  readonly toPort: MessagePort;
};

/** A node's port and its supervisor's end of it, in one thread. */
export function newNode(
  limits: MailboxLimits = { letters: 100, bytes: 10_000 },
  work: ThreadWork = IDLE,
): Node {
  const bell = new Bell();
  const mail = new ActorMail<LaneReport>(bell);
  const { port1, port2 } = new MessageChannel();
  const port = new NodeLanePort(mail.start(limits), port2, work);
  onTestFinished(() => {
    port.close();
    port1.close();
  });
  return { bell, mail, port, toPort: port1 };
}

/** Opens direct lanes between n1 and n2. Returns the lanes from and to n1. */
export function connect(one: Node, two: Node, incarnation = 1, slot = 1) {
  const [there, back] = [newLane(4096), newLane(4096)];
  const ends = { inSlot: slot, outSlot: slot, incarnation };
  one.mail.open(
    {
      ...ends,
      node: n2,
      in: back,
      out: there,
      bell: two.mail.bell.shared,
      mailbox: two.mail.mailbox.shared,
    },
    one.toPort,
  );
  two.mail.open(
    {
      ...ends,
      node: n1,
      in: there,
      out: back,
      bell: one.mail.bell.shared,
      mailbox: one.mail.mailbox.shared,
    },
    two.toPort,
  );
  // A node learns of a lane when it looks for letters.
  expect([one.port.receive(), two.port.receive()]).toEqual([undefined, undefined]);
  return { there, back };
}

/** The state of a follower that has heard nothing, except for these fields. */
export function statusOf(progress: Record<string, number>): RaftStatus {
  const indices = { commit: 0, last: 0, applied: 0, first: 1, snapshot: 0, term: 1 };
  const rest = { leader: undefined, votes: true, repairing: false, lacks: undefined };
  return {
    role: "follower",
    ...rest,
    receiving: undefined,
    ...indices,
    ...progress,
  } as unknown as RaftStatus;
}

/** What a node reports of a turn: the mail that it sent, and its state. */
export function turn(
  mail: (FromNode & { readonly type: "turn" })["mail"],
  raft?: (FromNode & { readonly type: "turn" })["raft"],
): FromNode {
  return { type: "turn", mail, taken: { letters: 0, bytes: 0 }, malformed: 0, raft };
}

/** How far a log has come, as it is reported once the rest is known. */
export function progress(of: Parameters<typeof statusOf>[0]): LaneReport {
  const { commit, last, applied } = statusOf(of);
  return { type: "figures", figures: [commit, last, applied] };
}

export function bytes(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values);
}

/** All letters that wait for a node. */
export function received({ port }: Node): readonly ToNode[] {
  const all: ToNode[] = [];
  for (let next = port.receive(); next !== undefined; next = port.receive()) all.push(next);
  return all;
}

/** What the supervisor receives: letters, and parts of turns, each as a turn. */
export function reported({ mail }: { readonly mail: Pick<ActorMail<LaneReport>, "receive"> }) {
  const all: unknown[] = [];
  for (let next = mail.receive(); next !== undefined; next = mail.receive())
    if (next.type === "letter") all.push(turn([next.letter as OutgoingMail]));
    else if (next.type === "turn") all.push({ ...turn([]), ...next });
    else all.push(next);
  return all;
}

/** Waits until the bell rings next. */
export async function rings(bell: Bell): Promise<void> {
  await new Promise<void>((resolve) => bell.whenRung(() => true, resolve));
}
