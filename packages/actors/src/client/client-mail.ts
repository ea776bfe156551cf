import type { Client, ClientEffect } from "./client.ts";
import type { Parcel } from "../mail/wire.ts";

/** What a client wants sent. */
export type SendEffect = ClientEffect & { readonly type: "send" | "sendRead" };

/** A parcel of a client: commands or questions. */
export type Asking = Parcel & { readonly type: "propose" | "read" };

/** The parcel that is to be sent. */
export function askingOf(effect: SendEffect): Asking {
  const { parcel: id } = effect;
  if (effect.type === "send") return { type: "propose", id, commands: effect.commands };
  const { consistency, questions } = effect;
  return { type: "read", id, consistency, questions };
}

/** Gives a client what a node answered. Undefined, and nothing done, when that is no answer to a client. */
export function takeAnswer(
  client: Client,
  parcel: Parcel | undefined,
  now: number,
): ClientEffect[] | undefined {
  switch (parcel?.type) {
    case "answers":
      return client.answered(parcel.sequences, parcel.results, now);
    case "refused":
      return client.refused(parcel.id, parcel.reason, parcel.leader, now);
    case "readAnswers":
      return client.readAnswered(parcel.id, parcel.results, now);
    case "readRefused":
      return client.readRefused(parcel.id, parcel.leader, now);
    default:
      return undefined;
  }
}

/** Tells a client that its parcel could not be delivered: for want of room, or as nobody is there to take it. */
export function undelivered(
  client: Client,
  { type, id }: Asking,
  isFull: boolean,
  now: number,
): ClientEffect[] {
  if (isFull) {
    client.busy(id, now);
    return [];
  }
  return type === "propose"
    ? client.refused(id, "notLeader", undefined, now)
    : client.readRefused(id, undefined, now);
}
