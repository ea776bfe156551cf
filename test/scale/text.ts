import type { Chance } from "@kontiki/testing";
import type { Datum } from "./datum.ts";
import { shownOf, type Manner, type Shown } from "./reading.ts";
import { Spelling } from "./spelling.ts";
import type { Act, Story } from "./story.ts";

const KEYS = ["x", "y"] as const;

/** The text of a file that holds a story. */
export function textOf(story: Story, manner: Manner, isText: boolean, chance: Chance): string {
  const spelling = new Spelling(manner.format === "jsonl" ? "json" : "edn", chance, isText);
  if (manner.format === "jsonl") return jsonl(story, manner, spelling, chance);
  const events = eventsOf(story, manner, spelling);
  return manner.format === "edn" ? edn(events, manner, chance) : jepsen(events, chance);
}

/** An event of Jepsen. `value` is written already. */
type Event = {
  readonly act: Act;
  readonly at: number;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly value: string;
  readonly error: string | undefined;
};

function eventsOf(story: Story, manner: Manner, spelling: Spelling): readonly Event[] {
  const events = story.flatMap((act): readonly Event[] => {
    const call: Event = {
      act,
      at: act.call,
      type: "invoke",
      value: spelling.of(valueIn(act, act.value, manner)),
      error: undefined,
    };
    const shown = shownOf(act, manner.format);
    return shown.type === "none" ? [call] : [call, endOf(act, shown, manner, spelling)];
  });
  return events.toSorted((one, other) => one.at - other.at);
}

/** A value, with its key if that is where the key belongs. */
function valueIn({ key }: Act, value: Datum, { keys }: Manner): Datum {
  return key === undefined || keys === "field" ? value : [{ word: KEYS[key] ?? "" }, value];
}

function endOf(
  act: Act,
  shown: Exclude<Shown, { type: "none" }>,
  manner: Manner,
  spelling: Spelling,
): Event {
  const { type, at } = shown;
  const asked = spelling.of(valueIn(act, act.value, manner));
  if (shown.type === "ok") {
    const value = shown.output === "echo" ? asked : spelling.of(valueIn(act, shown.output, manner));
    return { act, at, type, value, error: undefined };
  }
  const hasReason = shown.type === "info" ? at % 2 === 0 : shown.hasReason;
  if (!hasReason) return { act, at, type, value: asked, error: undefined };
  // A reason is in place of the value, or beside it.
  return at % 3 === 0
    ? { act, at, type, value: ":timed-out", error: undefined }
    : { act, at, type, value: asked, error: ":timed-out" };
}

function edn(events: readonly Event[], { keys }: Manner, chance: Chance): string {
  const hasTimes = chance.happens(0.5);
  const isVector = chance.happens(0.3);
  const lines = events.map(({ act, at, type, value, error }) => {
    const fields = [`:process ${act.process}`, `:type :${type}`, `:f :${act.f}`, `:value ${value}`];
    if (act.key !== undefined && keys === "field") fields.push(`:key "${KEYS[act.key]}"`);
    if (error !== undefined) fields.push(`:error ${error}`);
    if (hasTimes) fields.push(`:time ${1000 * at}`);
    return `{${chance.shuffled(fields).join(", ")}}`;
  });
  return isVector ? `[${lines.join("\n ")}]\n` : `${lines.join("\n")}\n`;
}

function jepsen(events: readonly Event[], chance: Chance): string {
  const noise = "INFO  jepsen.core - Run complete, writing";
  const lines = events.flatMap(({ act, type, value, error = "" }) => {
    const line =
      `INFO  jepsen.util - ${act.process}\t:${type}\t:${act.f}\t${value}\t${error}`.trimEnd();
    return chance.happens(0.1) ? [noise, line] : [line];
  });
  return `${lines.join("\n")}\n`;
}

function jsonl(story: Story, { coarse }: Manner, spelling: Spelling, chance: Chance): string {
  const time = (at: number): number => Math.floor(at / coarse);
  const lines = story.map((act) => {
    const shown = shownOf(act, "jsonl");
    const fields = [`"type":"operation"`, `"process":"${act.process}"`, `"f":"${act.f}"`];
    fields.push(`"call":${time(act.call)}`, `"status":"${statusOf(shown)}"`);
    if (act.key !== undefined) fields.push(`"key":"${KEYS[act.key]}"`);
    if (act.value !== null || chance.happens(0.5)) fields.push(`"value":${spelling.of(act.value)}`);
    if (shown.type === "ok" || shown.type === "fail") fields.push(`"return":${time(shown.at)}`);
    if (shown.type === "ok" && shown.output !== "echo")
      fields.push(`"output":${spelling.of(shown.output)}`);
    else if (shown.type === "ok" && act.f === "cas") fields.push(`"output":true`);
    return `{${chance.shuffled(fields).join(",")}}`;
  });
  const head = chance.happens(0.5) ? [`{"type":"history","version":1,"unit":"ms"}`] : [];
  // Lines have no order, except where a clock is too coarse to tell the order of two operations of a process.
  return `${[...head, ...(coarse === 1 ? chance.shuffled(lines) : lines)].join("\n")}\n`;
}

function statusOf({ type }: Shown): "ok" | "failed" | "open" {
  return type === "ok" ? "ok" : type === "fail" ? "failed" : "open";
}
