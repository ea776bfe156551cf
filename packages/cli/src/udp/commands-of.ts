import {
  assert,
  previousIndex,
  type Effect,
  type Entry,
  type Index,
  type Message,
  type NodeId,
} from "@kontiki/core";
import { notInOriginal } from "./not-in-original.ts";
import type { Command } from "./turn.ts";
import type { Value, WireMessage } from "./wire-message.ts";

/** Draws the lengths of the timers, in whole microseconds. */
export type Draw = { readonly election: () => number; readonly heartbeat: () => number };

/** What is needed to turn effects into commands. */
export type CommandContext = {
  readonly draw: Draw;
  /** The commit index before the first effect. */
  readonly commit: Index;
  /** The commit index in an AppendEntries that is handled; 0 if there is none. */
  readonly leaderCommit: bigint;
  /** Translates a message for the wire. Called once for each sent message, in order. */
  readonly outgoing: (to: NodeId, message: Message<Value>) => WireMessage;
  /** Whether all sent messages are the same one to all other nodes. */
  readonly broadcast: boolean;
};

/**
 * The core's effects as the commands of the original, in its order. Its followers set the commit index with every
 * AppendEntries that they accept, even if there is nothing new to commit.
 */
export function commandsOf(
  effects: readonly Effect<Value>[],
  { draw, commit, leaderCommit, outgoing, broadcast }: CommandContext,
): readonly Command[] {
  let committed = commit;
  const nothing: Command = { type: "commit", before: commit, upTo: commit };
  const commitsNothing = leaderCommit > 0n && effects.every(({ type }) => type !== "commit");
  return inOrder(effects).flatMap((effect): readonly Command[] => {
    switch (effect.type) {
      case "send": {
        const message = outgoing(effect.to, effect.message);
        const again = commitsNothing && effect.message.type === "appendAccepted" ? [nothing] : [];
        if (!broadcast) return [...again, { type: "send", to: effect.to, message }];
        return isFirstSend(effects, effect) ? [{ type: "broadcast", message }] : [];
      }
      case "resetElectionTimer":
        return [{ type: "resetElectionTimeout", microseconds: draw.election() }];
      case "resetHeartbeatTimer":
        return [{ type: "resetHeartbeatTimeout", microseconds: draw.heartbeat() }];
      case "appendLog":
        return appended(effect.entries);
      case "commit": {
        const before = committed;
        committed = effect.upTo;
        return [{ type: "commit", before, upTo: effect.upTo }];
      }
      case "truncateLog":
      case "saveHardState":
      case "proposed":
      case "rejectProposal":
        return [];
      case "compactLog":
      case "logRepaired":
      case "sendChunk":
      case "sendFetched":
      case "saveChunk":
      case "installSnapshot":
      case "readReady":
      case "rejectRead":
      case "changeTaken":
      case "rejectChange":
      case "transferEnded":
      case "hastenElectionTimer":
        return notInOriginal(effect.type);
      default:
        return effect satisfies never;
    }
  });
}

/**
 * The original resets a timer once per event, and after it sends a vote rather than before. Of several resets by the core
 * only the last one counts, too.
 */
function inOrder(effects: readonly Effect<Value>[]): readonly Effect<Value>[] {
  const isReset = (effect: Effect<Value>): boolean => effect.type === "resetElectionTimer";
  const last = effects.findLast(isReset);
  if (last === undefined) return effects;
  const others = effects.filter((effect) => !isReset(effect));
  const votes = others.some(
    (effect) => effect.type === "send" && effect.message.type === "voteReply",
  );
  return votes ? [...others, last] : [last, ...others];
}

function isFirstSend(effects: readonly Effect<Value>[], sent: Effect<Value>): boolean {
  return effects.find((effect) => effect.type === "send") === sent;
}

/** The original truncates its log before it writes, even if there is nothing to remove. */
function appended(entries: readonly Entry<Value>[]): readonly Command[] {
  const [first] = entries;
  assert(first !== undefined, "the core never appends an empty list");
  return [
    { type: "truncateLog", after: previousIndex(first.index) },
    { type: "logEntries", entries },
  ];
}
