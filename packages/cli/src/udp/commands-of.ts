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

/** Lengths of the timers in whole microseconds. */
export type Draw = { readonly election: () => number; readonly heartbeat: () => number };

/** What turning effects into commands takes beside them. */
export type CommandContext = {
  readonly draw: Draw;
  /** The commit index before the first effect. */
  readonly commit: Index;
  /** Puts a message on the wire. Called once for each that is sent, in order. */
  readonly outgoing: (to: NodeId, message: Message<Value>) => WireMessage;
  /** Whether everything that is sent is one message to all other nodes. */
  readonly broadcast: boolean;
};

/** The core's effects as the commands of the original, in its order. */
export function commandsOf(
  effects: readonly Effect<Value>[],
  { draw, commit, outgoing, broadcast }: CommandContext,
): readonly Command[] {
  let committed = commit;
  return inOrder(effects).flatMap((effect): readonly Command[] => {
    switch (effect.type) {
      case "send": {
        const message = outgoing(effect.to, effect.message);
        if (!broadcast) return [{ type: "send", to: effect.to, message }];
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
 * The original resets a timer once an event, and after a vote that it gives rather than before. Only its
 * last reset counts in the core as well.
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

/** The original cuts its log before it writes, whether there is anything behind the place or not. */
function appended(entries: readonly Entry<Value>[]): readonly Command[] {
  const [first] = entries;
  assert(first !== undefined, "the core appends entries or says nothing");
  return [
    { type: "truncateLog", after: previousIndex(first.index) },
    { type: "logEntries", entries },
  ];
}
