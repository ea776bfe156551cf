import type { Event, Leader } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { ShadowLog } from "./shadow-log.ts";

type Received = Event<CommandBytes> & { readonly type: "message" };

/**
 * What is wrong with where a leader goes on after a follower rejected its entries; undefined if nothing is. It must not go
 * back further than the follower's hint, and not less far than the hint shows: each rejection skips a whole term (end of
 * §5.3), so that the number of rejections depends on the number of terms and not on the length of the log.
 *
 * @param log the leader's.
 */
export function backedUp(
  before: Leader,
  after: Leader,
  { from, message }: Received,
  log: ShadowLog,
): string | undefined {
  if (message.type !== "appendRejected") return undefined;
  const [was, is] = [before.progress[from], after.progress[from]];
  if (is?.type !== "probe" || was === undefined || is.next === was.next) return undefined;
  const { prevIndex, conflictTerm, conflictIndex } = message;
  const bounded = (index: number): number =>
    Math.max(1, Math.min(index, prevIndex, log.lastIndex + 1));
  const least = bounded(conflictIndex);
  const ours = conflictTerm === undefined ? undefined : lastOfTerm(log, prevIndex, conflictTerm);
  const most = Math.max(is.match + 1, bounded(ours === undefined ? conflictIndex : ours + 1));
  if (is.next >= least && is.next <= most) return undefined;
  return `goes on with entry ${is.next} after ${from} rejected entry ${prevIndex}; its hint allows ${least} to ${most}`;
}

/** The last entry of a term at or before an index, as far as the log knows. */
function lastOfTerm(log: ShadowLog, upTo: number, term: number): number | undefined {
  for (let index = Math.min(upTo, log.lastIndex); index > log.base.index; index -= 1) {
    const there = log.at(index)?.term ?? 0;
    if (there <= term) return there === term ? index : undefined;
  }
  return log.base.term === term && log.base.index <= upTo ? log.base.index : undefined;
}
