import type { ClusterEvent } from "@kontiki/actors";
import { membershipText } from "./membership-text.ts";
import { plainText } from "./quoting.ts";

/** An event in one line; undefined when it is not interesting. */
export function eventText(event: ClusterEvent): string | undefined {
  switch (event.type) {
    case "started":
      return startedText(event);
    case "crashed": {
      const how = event.asked ? "crashed on request" : `crashed: ${plainText(event.cause)}`;
      const wait = event.restartInMs;
      const next = wait === undefined ? "" : `; restarts in ${Math.round(wait)} ms`;
      return `${event.node} ${how}${next}`;
    }
    case "failed":
      return `${event.node} has failed: ${plainText(event.cause)}`;
    case "stopped":
      return `${event.node} stopped`;
    case "leader":
      return `${event.node} leads term ${event.term}`;
    case "membership":
      return event.committed ? `membership: ${membershipText(event.membership)}` : undefined;
    case "trouble":
      return `${event.node} is in trouble: ${troubleText(event.what)}`;
    case "repaired":
      return `${event.node} has recovered`;
    case "noLeader":
      return `no leader for ${Math.round(event.forMs / 1000)} s: ${plainText(event.why)}`;
    case "directoryRepaired":
      return plainText(event.what);
    case "transport":
      return plainText(event.what);
    case "diverged": {
      const [one, other] = event.nodes;
      return `${one.node} and ${other.node} have applied the same entries, up to ${event.applied}, and their states differ`;
    }
    case "deadLetter":
      // Mail to a node that is down, or to its incarnation before a crash, is part of every crash.
      if (EXPECTED.includes(event.reason)) return undefined;
      return `mail to ${event.to} was not delivered: ${event.reason}`;
  }
}

/** Mail that is lost whenever a node or a connection is, which is reported itself. */
const EXPECTED: readonly string[] = ["not running", "stale incarnation", "no connection"];

/** What is wrong with a disk or a log, and how to see the damaged files, if some are kept. */
export function troubleText(what: string): string {
  const isKept = /\.damaged-\d/.test(what);
  return `${plainText(what)}${isKept ? ` ("kontiki damage list" shows what is kept)` : ""}`;
}

function startedText(event: ClusterEvent & { readonly type: "started" }): string | undefined {
  const { node, incarnation, tornBytes } = event;
  const cut = tornBytes === 0 ? "" : `; cut off ${tornBytes} bytes of an unfinished write`;
  if (incarnation === 1 && cut === "") return undefined;
  return `${node} started, incarnation ${incarnation}${cut}`;
}
