import type { Recording, RecordedEvent } from "@kontiki/cli/recording";
import { gunzipSync } from "node:zlib";

/** The recording in a page that `kontiki view` made. */
export function recordingIn(page: string): Recording {
  const [, data = ""] = /<script id="recording"[^>]*>([^<]*)<\/script>/.exec(page) ?? [];
  return JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString("utf8")) as Recording;
}

/** A recording of three nodes with these events. */
export function recordingOf(events: readonly RecordedEvent[]): Recording {
  return {
    format: 1,
    title: "a test",
    about: "",
    source: "simulation",
    clock: "ms",
    command: "",
    nodes: ["n1", "n2", "n3"],
    electionTimeoutMs: 150,
    judged: undefined,
    opensAt: undefined,
    events,
  };
}

/** A step of a node, with what it changed. */
export function step(
  at: number,
  node: string,
  change: NonNullable<RecordedEvent["changes"]>[string],
  text = "a step",
): RecordedEvent {
  return { at, type: "step", node, text, changes: { [node]: change } };
}
