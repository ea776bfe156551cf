import type { Change, Effect, Event, NodeId } from "@kontiki/core";
import {
  entriesText,
  messageText,
  partText,
  peerText,
  snapshotText,
  spaced,
  type Notation,
} from "./message-text.ts";

/** An event of a server in one line. A position in the log is `index@term`. */
export function raftEventText<C>(event: Event<C>, notation: Notation<C>): string {
  switch (event.type) {
    case "message": {
      const { from, fromUid, toUid, message } = event;
      const meant = toUid === 0 ? "" : ` for disk ${toUid}`;
      return `from ${peerText(from, fromUid)}${meant}: ${messageText(message, notation)}`;
    }
    case "propose":
      if (event.commands.length > notation.listedEntries)
        return `propose ${event.commands.length} commands`;
      return `propose ${event.commands.map(notation.commandText).join(" ")}`;
    case "read":
      return `read ${event.id}${event.leased ? " under a lease" : ""}`;
    case "changeMembership":
      return `change membership: ${event.changes.map(changeText).join(", ")}`;
    case "transfer":
      return `transfer the lead${event.target === undefined ? "" : ` to ${event.target}`}`;
    case "peerDown":
      return `${event.node} is down`;
    case "durable":
      return `durable up to ${event.index}@${event.term}`;
    case "snapshotTaken":
    case "snapshotReceived":
    case "snapshotBroken":
    case "snapshotGone":
      return `${spaced(event.type)} ${snapshotText(event.snapshot)}`;
    case "compact":
      return `compact but for ${event.keptEntries} entries`;
    case "electionTimeout":
    case "leaderSilent":
    case "heartbeatTimeout":
    case "replicate":
      return spaced(event.type);
    default:
      return event satisfies never;
  }
}

/** An effect, which the runtime has to perform, in one line. */
export function effectText<C>(effect: Effect<C>, notation: Notation<C>): string {
  switch (effect.type) {
    case "saveHardState":
      return `save term ${effect.hard.term}, vote ${effect.hard.votedFor ?? "none"}`;
    case "truncateLog":
      return `truncate after ${effect.after}`;
    case "appendLog":
      return `append ${entriesText(effect.entries, notation)}`;
    case "compactLog":
      return `compact up to ${effect.upTo}`;
    case "send":
      return `-> ${peerText(effect.to, effect.uid)} ${messageText(effect.message, notation)}`;
    case "sendChunk": {
      const { to, uid, term, snapshot, offset } = effect;
      return `-> ${peerText(to, uid)} snapshotChunk term ${term}, of ${snapshotText(snapshot)} from byte ${offset}`;
    }
    case "sendFetched": {
      const { to, uid, term, snapshot, offset } = effect;
      return `-> ${peerText(to, uid)} fetchedChunk term ${term}, of ${snapshotText(snapshot)} from byte ${offset}`;
    }
    case "saveChunk":
      return `save ${partText(effect.snapshot, effect.offset, effect.bytes)}`;
    case "installSnapshot":
      return `install snapshot ${snapshotText(effect.snapshot)}`;
    case "commit":
      return `commit up to ${effect.upTo}`;
    default:
      return answerText(effect);
  }
}

type Answer<C> = Exclude<
  Effect<C>,
  {
    readonly type:
      | "saveHardState"
      | "truncateLog"
      | "appendLog"
      | "compactLog"
      | "send"
      | "sendChunk"
      | "sendFetched"
      | "saveChunk"
      | "installSnapshot"
      | "commit";
  }
>;

function answerText<C>(effect: Answer<C>): string {
  switch (effect.type) {
    case "proposed":
      return `proposed from ${effect.first}@${effect.term} on`;
    case "rejectProposal":
      return `reject proposal: ${spaced(effect.reason)}${leaderText(effect.leader)}`;
    case "readReady":
      return `read ${effect.id} may be answered from ${effect.index} on`;
    case "rejectRead":
      return `reject read ${effect.id}${leaderText(effect.leader)}`;
    case "changeTaken":
      return `change taken at ${effect.index}`;
    case "rejectChange":
      return `reject change: ${effect.reason}`;
    case "transferEnded":
      return `transfer to ${effect.target ?? "anybody"} ${effect.reason === undefined ? "over" : `failed: ${effect.reason}`}`;
    case "logRepaired":
    case "resetElectionTimer":
    case "hastenElectionTimer":
    case "resetHeartbeatTimer":
      return spaced(effect.type);
    default:
      return effect satisfies never;
  }
}

function changeText(change: Change): string {
  const who = change.type === "remove" ? change.node : peerText(change.node, change.uid);
  switch (change.type) {
    case "addVoter":
      return `add voter ${who}`;
    case "addLearner": {
      const place = change.replaces === undefined ? "" : ` in the place of ${change.replaces}`;
      return `add learner ${who}${change.promote ? `, to promote${place}` : ""}`;
    }
    case "remove":
      return `remove ${who}`;
    default:
      return change satisfies never;
  }
}

function leaderText(leader: NodeId | undefined): string {
  return leader === undefined ? "" : `, ${leader} leads`;
}
