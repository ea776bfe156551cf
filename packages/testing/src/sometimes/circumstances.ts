import {
  indexAfter,
  isChanging,
  isJoint,
  type Effect,
  type Env,
  type Event,
  type LogView,
  type Message,
  type State,
} from "@kontiki/core";

/**
 * What several situations require, as bits. They are found out once a step, by one function: most steps have none, and then
 * no situation is asked.
 */
export const CIRCUMSTANCE = {
  /** Of every step. */
  always: 1,
  /** A message of another term than its receiver's, or one that arrives in an election. */
  unsteady: 2,
  /** Entries, or a heartbeat, that do not simply extend the follower's log and commit what they prove to match. */
  outOfLine: 4,
  /** Any message but the next acknowledgement of a follower that gets entries one after the other. */
  oddAnswer: 8,
  /** A message for another disk than the server's present one. */
  otherDisk: 16,
  /** The server leads, and reads wait. */
  readsWait: 32,
  /** The read of this step was added to those that wait. */
  readAdded: 64,
  /** The server transfers its leadership. */
  transferring: 128,
  /** A transfer of leadership has failed since the server leads. */
  leaseGivenUp: 256,
  /** The leader commits something. */
  committing: 512,
  /** The server leads, and has entries that are not committed. */
  uncommitted: 1024,
  /** The first of these is of an earlier term. */
  uncommittedOlder: 2048,
  /** The membership is not the one that the cluster began with. */
  changed: 4096,
  /** The membership in force is joint, or not committed. */
  unsettled: 8192,
  /** The server's log is damaged. */
  damaged: 16_384,
  /** The step has effects. */
  acting: 32_768,
  /** The server removes entries from its log. */
  cutting: 65_536,
  /** Commands were refused. */
  refusing: 131_072,
} as const;

/** A bit of {@link CIRCUMSTANCE}. */
export type Circumstance = (typeof CIRCUMSTANCE)[keyof typeof CIRCUMSTANCE];

/** What a step of a core got and gave. */
export type Step = {
  readonly before: State;
  readonly event: Event<unknown>;
  readonly after: State;
  readonly effects: readonly Effect<unknown>[];
};

/** All circumstances of a step, as a sum. It runs for every step of every run, so it makes nothing. */
export function circumstancesOf(
  env: Env<unknown>,
  { before, event, after, effects }: Step,
): number {
  let found: number = CIRCUMSTANCE.always;
  found |= event.type === "message" ? ofMessage(env, before, event) : OF_NO_MESSAGE;
  if (before.role.type === "leader" || after.role.type === "leader")
    found |= ofLeader(env, before, after);
  if (before.memberships.length > 0) found |= ofMembership(before);
  if (before.horizon !== undefined) found |= CIRCUMSTANCE.damaged;
  return effects.length === 0 ? found : found | ofEffects(effects);
}

const OF_NO_MESSAGE = CIRCUMSTANCE.unsteady | CIRCUMSTANCE.outOfLine | CIRCUMSTANCE.oddAnswer;

function ofMessage(
  { config, log }: Env<unknown>,
  { term, role }: State,
  { from, toUid, message }: Event<unknown> & { readonly type: "message" },
): number {
  let found = 0;
  const stands = role.type === "candidate" || role.type === "preCandidate";
  if (message.term !== term || stands) found |= CIRCUMSTANCE.unsteady;
  if (toUid !== config.uid) found |= CIRCUMSTANCE.otherDisk;
  if (message.type === "appendEntries" && isInLine(log, message))
    return found | CIRCUMSTANCE.oddAnswer;
  found |= CIRCUMSTANCE.outOfLine;
  const known = role.type === "leader" ? role.progress[from] : undefined;
  const isNext =
    message.type === "appendAccepted" &&
    known?.type === "replicate" &&
    message.match >= known.match;
  return isNext ? found : found | CIRCUMSTANCE.oddAnswer;
}

function isInLine(
  log: LogView<unknown>,
  { prevIndex, prevTerm, entries, commit }: Message<unknown> & { readonly type: "appendEntries" },
): boolean {
  const isNext = prevIndex === log.lastIndex && prevTerm === log.termAt(prevIndex);
  return isNext && commit <= prevIndex + entries.length;
}

function ofLeader({ log }: Env<unknown>, before: State, after: State): number {
  let found = 0;
  const was = before.role;
  const now = after.role;
  const waited = was.type === "leader" ? was.reads.length : 0;
  if (waited > 0) found |= CIRCUMSTANCE.readsWait;
  if (was.type === "leader" && was.transfer !== undefined) found |= CIRCUMSTANCE.transferring;
  if (was.type === "leader" && was.leaseGivenUp) found |= CIRCUMSTANCE.leaseGivenUp;
  if (now.type !== "leader") return found;
  if (now.reads.length > waited) found |= CIRCUMSTANCE.readAdded;
  if (after.commit > before.commit) found |= CIRCUMSTANCE.committing;
  if (log.lastIndex <= after.commit) return found;
  const isOlder = log.termAt(indexAfter(after.commit)) !== after.term;
  return found | CIRCUMSTANCE.uncommitted | (isOlder ? CIRCUMSTANCE.uncommittedOlder : 0);
}

function ofMembership(before: State): number {
  const last = before.memberships.at(-1)?.membership;
  const isUnsettled = isChanging(before) || (last !== undefined && isJoint(last));
  return CIRCUMSTANCE.changed | (isUnsettled ? CIRCUMSTANCE.unsettled : 0);
}

function ofEffects(effects: readonly Effect<unknown>[]): number {
  let found: number = CIRCUMSTANCE.acting;
  for (const { type } of effects)
    if (type === "truncateLog") found |= CIRCUMSTANCE.cutting;
    else if (type === "rejectProposal") found |= CIRCUMSTANCE.refusing;
  return found;
}
