import type { Message } from "@kontiki/core";
import {
  replayPath,
  storyOf,
  type ExploredNode,
  type ExploredPacket,
  type ExploredTransition,
  type Token,
} from "@kontiki/testing";
import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import { counted } from "../render/quantities.ts";
import { messageText, type Notation } from "../render/message-text.ts";
import { cellOf } from "./cells.ts";
import { kindOf } from "./letters.ts";
import { patchBetween, plain } from "./patch.ts";
import type { NodeChange, RecordedEvent, Recording } from "./recording.ts";

const NOTATION: Notation<string> = { commandText: (command) => command, listedEntries: 3 };

/**
 * Records a path of the explorer, transition by transition. It has no time.
 *
 * @throws CheckFailure when the path is not possible with this version of the core
 */
export function recordPath(
  { check, bounds, actions }: Token & { readonly type: "path" },
  command: string,
): Recording {
  const { transitions, broken } = replayed(bounds, actions);
  const path = new PathRecorder();
  const story = storyOf({ transitions });
  transitions.forEach((transition, at) => path.add(transition, story[at]?.what ?? ""));
  if (broken !== undefined) path.violated(broken);
  const count = counted(transitions.length, "transition");
  return {
    format: 1,
    title: `explored: ${count} to a violation of ${check}`,
    about: "A path of the explorer has no time: each event is a transition of one node.",
    source: "exploration",
    clock: "events",
    command,
    nodes: transitions[0]?.nodes.map(({ node }) => node) ?? [],
    electionTimeoutMs: undefined,
    judged: { verdict: broken === undefined ? "valid" : "violated", doubts: [] },
    opensAt: undefined,
    events: path.events,
  };
}

function replayed(...given: Parameters<typeof replayPath>): ReturnType<typeof replayPath> {
  try {
    return replayPath(...given);
  } catch (error) {
    throw badInput(messageOf(error));
  }
}

class PathRecorder {
  readonly events: RecordedEvent[] = [];
  readonly #before = new Map<string, ExploredNode>();
  /** Letters on their way, by their content. */
  readonly #flying = new Map<string, number[]>();
  #letters = 0;

  add({ action, sent, lost, nodes }: ExploredTransition, text: string): void {
    const { type, node, packet, stays } = action;
    if (packet !== undefined) this.#end(packet, type === "drop", stays === true);
    const changes = this.#changesOf(nodes);
    this.#event({ type: "step", node, text, ...(changes && { changes }) });
    for (const one of sent) this.#send(one);
    for (const one of lost) {
      this.#send(one);
      this.#end(one, true, false);
    }
  }

  violated(text: string): void {
    this.#event({ type: "violation", node: "", text });
  }

  #send(packet: ExploredPacket): void {
    const { from, to, message } = packet;
    this.#letters += 1;
    const id = this.#letters;
    const key = keyOf(packet);
    this.#flying.set(key, [...(this.#flying.get(key) ?? []), id]);
    const shown = messageText<string>(message as Message<string>, NOTATION);
    const letter = { id, from, to, kind: kindOf(message.type), text: shown };
    this.#event({ type: "sent", node: from, text: `sends ${to} ${shown}`, letter, quiet: true });
  }

  #end(packet: ExploredPacket, isLost: boolean, stays: boolean): void {
    const ids = this.#flying.get(keyOf(packet)) ?? [];
    const [letter] = ids;
    if (letter === undefined) return;
    if (!stays) this.#flying.set(keyOf(packet), ids.slice(1));
    const { from, to } = packet;
    this.#event({
      type: isLost ? "lost" : "received",
      node: isLost ? from : to,
      text: isLost ? `its letter to ${to} is lost` : `receives a letter from ${from}`,
      end: { letter, ...(isLost && { lost: "the explorer drops it" }) },
      quiet: true,
    });
  }

  #changesOf(nodes: readonly ExploredNode[]): RecordedEvent["changes"] {
    const changes: Record<string, NodeChange> = {};
    for (const now of nodes) {
      const before = this.#before.get(now.node);
      if (before === now) continue;
      this.#before.set(now.node, now);
      const state = patchBetween(before?.state ?? {}, now.state);
      const isSame = before !== undefined && before.log === now.log && before.base === now.base;
      const { index, term } = now.base ?? { index: 0, term: 0 };
      changes[now.node] = {
        ...(state && { state }),
        ...(!isSame && {
          log: { base: [index, term], append: now.log.map((entry) => cellOf(entry, String)) },
        }),
        ...(before === undefined && { life: "up" }),
      };
    }
    return Object.keys(changes).length === 0 ? undefined : changes;
  }

  #event(event: Omit<RecordedEvent, "at">): void {
    this.events.push({ at: this.events.length + 1, ...event });
  }
}

function keyOf({ from, to, message }: ExploredPacket): string {
  return `${from}>${to} ${JSON.stringify(plain(message))}`;
}
