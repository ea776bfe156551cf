import type { Change, NodeId } from "@kontiki/core";
import { END } from "./occurrence.ts";
import type { KeptByCrash, ExploredPacket } from "./explored-node.ts";
import type { Model } from "./cluster-model.ts";
import type { Moves } from "./moves.ts";
import type { Occasion } from "./trigger.ts";

/** One transition of an explored cluster, as plain data: it can be repeated within the same bounds. */
export type ExploredAction = {
  /** The kind of event. */
  readonly type:
    | "electionTimeout"
    | "heartbeatTimeout"
    | "leaderSilent"
    | "propose"
    | "deliver"
    /** Everything that the node wrote becomes durable. */
    | "sync"
    /** Its process crashes and restarts. */
    | "crash"
    /** A message is lost. */
    | "drop"
    /** Its process crashes, and restarts from a disk that has lost an entry. */
    | "lose"
    /** A client asks it to read. */
    | "read"
    /** An operator asks for another membership, or for another leader. */
    | "changeMembership"
    | "transfer"
    /** It takes a snapshot. */
    | "takeSnapshot"
    /** Its process crashes, and restarts with an empty disk. */
    | "wipe"
    /** It hears that the process of another node is dead. */
    | "peerDown";
  /** The node it happens to. */
  readonly node: NodeId;
  /** The message that is delivered or dropped. */
  readonly packet?: ExploredPacket;
  /** The index of the entry that the disk loses. */
  readonly entry?: number;
  /** The number of the read, from 1. */
  readonly id?: number;
  /** The requested changes of the membership. */
  readonly changes?: readonly Change[];
  /** The node that is to lead. */
  readonly target?: NodeId;
  /** Which disk it gets. */
  readonly uid?: number;
  /** The node whose process is dead. */
  readonly peer?: NodeId;
  /** Whether the node may answer the read by its lease. */
  readonly leased?: boolean;
  /** Set when the message also stays in flight and can be delivered again. */
  readonly stays?: true;
  /** Set when the node crashes before the sync: what remains of its unsynced writes. */
  readonly crash?: KeptByCrash;
  /** The sent messages that are lost because too many are in flight: their positions, from 0. */
  readonly lost?: readonly number[];
};

/** The current move, as plain data. */
export function actionOf(model: Model, moves: Moves): ExploredAction {
  const { at, trigger, end, packet, stays, drops, lost, sent } = moves;
  const node = model.bounds.names[at];
  if (node === undefined) throw new RangeError(`there is no node at ${at}`);
  return {
    type: drops ? "drop" : "deliver",
    node,
    ...(trigger === undefined ? {} : detailsOf(trigger.occasion)),
    ...(packet === 0 ? {} : { packet: model.packets.valueOf(packet) }),
    ...(stays ? { stays } : {}),
    ...(end === END.well ? {} : { crash: end === END.losing ? "nothing" : "everything" }),
    ...(lost === 0 ? {} : { lost: [...sent.keys()].filter((place) => (lost >>> place) % 2 === 1) }),
  };
}

function detailsOf(occasion: Occasion): Omit<ExploredAction, "node"> {
  if (occasion.type === "propose") return { type: "propose" };
  return occasion;
}
