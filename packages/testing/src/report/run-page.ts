import { checkOptions, needed, rule, text, type Schema } from "@kontiki/actors/node";
import { givenFileModel } from "../check/given-model.ts";
import { interpretHistory } from "../check/interpret.ts";
import { checkLinearizable } from "../check/linearizable.ts";
import type { Model } from "../check/model.ts";
import type { AnyFileModel } from "../check/models/index.ts";
import type { Verdict } from "../check/verdict.ts";
import { withReadsPlaced } from "../claims/read-order.ts";
import type { Call, History } from "../history/history.ts";
import { canonical, type Value } from "../history/value.ts";
import { sliceText, STORY_LEGEND, storyText } from "../replay/story-text.ts";
import type { RunResult } from "../run/result.ts";
import type { MetSituation, StoryLine, StorySlice } from "../run/story.ts";
import { explanation } from "./html.ts";
import { escaped, pageHtml } from "./page.ts";
import { pageData } from "./page-data.ts";
import { count, sizeText } from "./describe.ts";
import { summaryPart } from "./summary-part.ts";
import type { RunSummary } from "../summary/summary.ts";

/** The content of the page of a run. */
export type RunPageParts = {
  /** What ran. */
  readonly title: string;
  /** Its result. */
  readonly result: RunResult;
  /** Its story. */
  readonly story: readonly StoryLine[];
  /** The lines to show first; the whole story is folded below them. Default: the whole story alone. */
  readonly slice?: StorySlice | undefined;
  /** The situations that the run met. Default: none. */
  readonly sometimes?: readonly MetSituation[] | undefined;
  /** What clients saw of the run, for a chart over time. Default: none. */
  readonly summary?: RunSummary | undefined;
  /** The model of the history; undefined when the history is not judged. */
  readonly model: AnyFileModel | undefined;
};

const PARTS: Schema<RunPageParts> = {
  title: needed(text("a title")),
  result: needed(rule("the result of a run", (value) => isResult(value))),
  story: needed(rule("the lines of a story", (value) => Array.isArray(value))),
  slice: rule("the slice of a story", (value) => isSlice(value)),
  sometimes: rule("a list of situations", (value) => Array.isArray(value)),
  summary: rule("what summaryOf returns", (value) => isSummary(value)),
  model: givenFileModel,
};

/** Time limit for explaining a history that is known not to be linearizable, in ms. */
const LOOK_MS = 5000;

/** Wider than a terminal: a page can scroll sideways. */
const STORY_WIDTH = 200;

/**
 * Makes the page of a run: its violations, its story, and a lane for each client with faults and leaders in the
 * background. Like the page of a verdict, it is one file that opens offline.
 */
export function runPage(parts: RunPageParts): string {
  checkOptions("runPage", PARTS, parts, "parts");
  const { title, result, model } = parts;
  const { history, violations, verdict } = result;
  const isJudged = violations.some(({ check }) => check === "linearizable");
  const judged =
    model !== undefined && isJudged ? judgedPart(history, model) : shownPart(history, model);
  const list = violations.map(
    ({ check, text }) => `<li><b>${escaped(check)}</b>: ${escaped(text)}</li>`,
  );
  return pageHtml({
    title,
    headline: [verdict, ...violations.slice(0, 1).map(({ check }) => check)].join(", "),
    verdict,
    about: sizeText(history),
    data: judged.data,
    shown: judged.shown,
    sections: [
      list.length === 0 ? "" : `<ul>${list.join("\n")}</ul>`,
      judged.why,
      parts.summary === undefined ? "" : summaryPart(parts.summary),
      storyPart(parts),
      sometimesPart(parts.sometimes ?? []),
    ].join("\n"),
  });
}

function storyPart({ story, slice }: RunPageParts): string {
  if (story.length === 0) return "";
  const about = slice && sliceText(slice);
  if (slice === undefined || about === undefined)
    return `<h2>What happened</h2>\n${storyBlock(story)}`;
  return [
    `<h2>What happened</h2>\n<p>${escaped(about)}.</p>`,
    storyBlock(slice.lines),
    `<details><summary>All ${slice.of} lines</summary>\n${storyBlock(story)}</details>`,
  ].join("\n");
}

function storyBlock(lines: readonly StoryLine[]): string {
  const told = `${storyText(lines, { width: STORY_WIDTH })}\n\n${STORY_LEGEND}`;
  return `<pre class="story">${escaped(told)}</pre>`;
}

function sometimesPart(met: readonly MetSituation[]): string {
  if (met.length === 0) return "";
  const rows = met.map(
    ({ name, text, at }) =>
      `<tr><td>${at.toFixed(1)}</td><td>${escaped(name)}</td><td>${escaped(text)}</td></tr>`,
  );
  const head = "<tr><th>ms</th><th>situation</th><th></th></tr>";
  return `<details class="sometimes"><summary>${count(met.length, "situation")} met on the way</summary>
<table>${head}\n${rows.join("\n")}</table></details>`;
}

function isSlice(value: unknown): boolean {
  return typeof value === "object" && value !== null && "lines" in value;
}

function isSummary(value: unknown): boolean {
  return typeof value === "object" && value !== null && "windows" in value;
}

function isResult(value: unknown): boolean {
  return typeof value === "object" && value !== null && "violations" in value;
}

type HistoryPart = {
  readonly data: ReturnType<typeof pageData>;
  readonly shown: string | undefined;
  readonly why: string;
};

function judgedPart(told: History, model: AnyFileModel): HistoryPart {
  const history = withReadsPlaced(interpretHistory(told, model), model);
  const verdict = checkLinearizable(history, model, { timeMs: LOOK_MS });
  const isViolated = verdict.verdict === "violated";
  return {
    data: pageData(history, model, verdict),
    shown: isViolated ? verdict.key : undefined,
    why: isViolated ? explanation(history, model, verdict) : "",
  };
}

/** A chart of the operations without an order. */
function shownPart(told: History, model: AnyFileModel | undefined): HistoryPart {
  const data = modelled(told, model) ?? pageData(told, UNJUDGED, UNKNOWN);
  return { data, shown: undefined, why: "" };
}

/** Undefined without a model, and when the model throws on this history: that may be what the page is about. */
function modelled(told: History, model: AnyFileModel | undefined): HistoryPart["data"] | undefined {
  if (model === undefined) return undefined;
  try {
    return pageData(interpretHistory(told, model), model, UNKNOWN);
  } catch {
    return undefined;
  }
}

const UNKNOWN: Verdict<never, never> = {
  verdict: "unknown",
  why: "interrupted",
  cost: { elapsedMs: 0, steps: 0, configurations: 0 },
};

/** Describes operations of a machine without a model. */
const UNJUDGED: Model<number, Call, Value> = {
  name: "no model",
  init: 0,
  step: (state) => state,
  key: () => "",
  describe: ({ f, value }, output) =>
    `${f} ${canonical(value)}${output === undefined ? "" : ` -> ${canonical(output)}`}`,
  describeState: () => "",
};
