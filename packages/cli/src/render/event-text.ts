import type { ClusterEvent } from "@kontiki/actors";
import { membershipText } from "./membership-text.ts";
import { plainText } from "./quoting.ts";

/** One line about something that happened, or undefined when it is not worth a person's attention. */
export function eventText(event: ClusterEvent): string | undefined {
  switch (event.type) {
    case "started":
      return startedText(event);
    case "crashed": {
      const how = event.asked ? "crashed as asked" : `crashed: ${plainText(event.cause)}`;
      const wait = event.restartInMs;
      const next = wait === undefined ? "" : `; restarts in ${Math.round(wait)} ms`;
      return `${event.node} ${how}${next}`;
    }
    case "failed":
      return `${event.node} is given up: ${plainText(event.cause)}`;
    case "stopped":
      return `${event.node} stopped`;
    case "leader":
      return `${event.node} leads term ${event.term}`;
    case "membership":
      return event.committed ? `membership: ${membershipText(event.membership)}` : undefined;
    case "trouble":
      return `${event.node} is in trouble: ${plainText(event.what)}`;
    case "repaired":
      return `${event.node} is well again`;
    case "deadLetter":
      // Mail to a node that is down, or was meant for what it was before a crash, is part of any crash.
      if (event.reason === "not running" || event.reason === "stale incarnation") return undefined;
      return `mail to ${event.to} is not delivered: ${event.reason}`;
  }
}

function startedText(event: ClusterEvent & { readonly type: "started" }): string | undefined {
  const { node, incarnation, tornBytes } = event;
  const cut = tornBytes === 0 ? "" : `; cut off ${tornBytes} bytes of an unfinished write`;
  if (incarnation === 1 && cut === "") return undefined;
  return `${node} started, incarnation ${incarnation}${cut}`;
}
