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
import { STORY_LEGEND, storyText } from "../replay/story-text.ts";
import type { RunResult } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import { explanation } from "./html.ts";
import { escaped, pageHtml } from "./page.ts";
import { pageData } from "./page-data.ts";
import { sizeText } from "./describe.ts";

/** The content of the page of a run. */
export type RunPageParts = {
  /** What ran. */
  readonly title: string;
  /** Its result. */
  readonly result: RunResult;
  /** Its story. */
  readonly story: readonly StoryLine[];
  /** The model of the history; undefined when the history is not judged. */
  readonly model: AnyFileModel | undefined;
};

const PARTS: Schema<RunPageParts> = {
  title: needed(text("a title")),
  result: needed(rule("the result of a run", (value) => isResult(value))),
  story: needed(rule("the lines of a story", (value) => Array.isArray(value))),
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
  const { title, result, story, model } = parts;
  const { history, violations, verdict } = result;
  const isJudged = violations.some(({ check }) => check === "linearizable");
  const judged =
    model !== undefined && isJudged ? judgedPart(history, model) : shownPart(history, model);
  const list = violations.map(
    ({ check, text }) => `<li><b>${escaped(check)}</b>: ${escaped(text)}</li>`,
  );
  const told = `${storyText(story, { width: STORY_WIDTH })}\n\n${STORY_LEGEND}`;
  return pageHtml({
    title,
    headline: violations[0]?.check ?? verdict,
    verdict,
    about: sizeText(history),
    data: judged.data,
    shown: judged.shown,
    sections: [
      list.length === 0 ? "" : `<ul>${list.join("\n")}</ul>`,
      judged.why,
      story.length === 0 ? "" : `<h2>What happened</h2>\n<pre class="story">${escaped(told)}</pre>`,
    ].join("\n"),
  });
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
