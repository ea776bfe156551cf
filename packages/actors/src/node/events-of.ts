import type { Event } from "@kontiki/core";
import type { CommandBytes } from "../storage/storage.ts";
import type { Read } from "./read-letters.ts";

/**
 * A turn's messages and obituaries as events. What the dead sent comes before the news of their end: a last heartbeat would
 * hide it. What others sent comes after it: they may have the same news, and ask for votes because of it.
 */
export function eventsOf(
  messages: Read["messages"],
  gone: Read["obituaries"],
): readonly Event<CommandBytes>[] {
  if (gone.length === 0) return messages;
  const isOfGone = (event: Event<CommandBytes>): boolean =>
    event.type === "message" && gone.some(({ node }) => node === event.from);
  return [
    ...messages.filter(isOfGone),
    ...gone.map(({ node }) => ({ type: "peerDown", node }) as const),
    ...messages.filter((event) => !isOfGone(event)),
  ];
}
