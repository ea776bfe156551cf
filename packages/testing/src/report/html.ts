import type { Model } from "../check/model.ts";
import type { Verdict, Violated } from "../check/verdict.ts";
import type { History, Operation } from "../history/history.ts";
import { pageData, type PageData } from "./page-data.ts";
import { pageScript, pageStyle } from "./page-script.ts";
import { costText, count, describeOperation, sizeText, spanText, whyText } from "./words.ts";

/** Of the longest prefix so many operations are listed; all of them are in the chart. */
const PREFIX_LISTED = 200;

/** So much of a state is told: it may be a list of thousands. */
const STATE_LENGTH = 300;

/**
 * Makes a page that shows a history and its verdict: a lane for each client, a bar for each operation,
 * numbers in the order of effects, in red what cannot be placed, and faults and leaders behind them.
 *
 * It is one file that asks nothing of anybody: it opens offline, in light and dark, by mouse and by keys.
 * `title` says what was checked, for example the name of a file.
 */
export function verdictPage<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  verdict: Verdict<Input, Output>,
  title: string,
): string {
  const data = pageData(history, model, verdict);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}: ${verdict.verdict}</title>
<style>
${pageStyle()}</style>
</head>
<body>
<h1 class="${verdict.verdict}">${escaped(title)}: ${headline(verdict)}</h1>
<p>${escaped(`${sizeText(history)}, judged as ${model.name}. Checked in ${costText(verdict.cost)}.`)}</p>
${verdict.verdict === "violated" ? explanation(history, model, verdict) : ""}
${toolbar(data, verdict)}
${CHART}
<noscript><p>The chart needs scripts to be allowed for this page.</p></noscript>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>
${pageScript()}</script>
</body>
</html>
`;
}

function headline(verdict: Verdict<unknown, unknown>): string {
  switch (verdict.verdict) {
    case "valid":
      return "linearizable";
    case "violated":
      return "not linearizable";
    case "unknown":
      return `unknown, ${whyText(verdict.why)}`;
  }
}

function explanation<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  { key, prefix, state, unplaced, otherStates }: Violated<Input, Output>,
): string {
  const places = new Map(history.operations.map((operation, at) => [operation, at]));
  const item = (mark: string, one: Operation<Input, Output>): string => {
    const text = `${describeOperation(model, one)}  [${spanText(one, history.unit)}]`;
    const words = `<b>${mark}</b>${escaped(one.process)}: ${escaped(text)}`;
    return `<li><button type="button" class="operation" data-operation="${places.get(one)}">${words}</button></li>`;
  };
  const listed = prefix.slice(-PREFIX_LISTED);
  const skipped = prefix.length - listed.length;
  const others = otherStates.map((other) => `<code>${escaped(clipped(other))}</code>`).join(" or ");
  return `<div class="why">
<section class="unplaced">
<h2>${unplaced.length === 1 ? "This cannot be placed" : "These cannot be placed, the first had to be"}${key === "" ? "" : ` (object ${escaped(key)})`}</h2>
<ol>
${unplaced.map((one) => item("✕", one)).join("\n")}
</ol>
<p>The state after the prefix is <code>${escaped(clipped(state))}</code>.${others === "" ? "" : ` Other orders lead to ${others}, which does not help.`}</p>
</section>
<section>
<h2>The longest linearizable prefix: ${count(prefix.length, "operation")}, latest first</h2>
<ol>
${listed
  .map((one, at) => item(String(skipped + at + 1), one))
  .toReversed()
  .join("\n")}
</ol>
</section>
</div>`;
}

function toolbar({ objects }: PageData, verdict: Verdict<unknown, unknown>): string {
  const isViolated = verdict.verdict === "violated";
  const shown = isViolated ? verdict.key : undefined;
  const options = objects.map(
    (object, at) =>
      `<option value="${at}"${object === shown ? " selected" : ""}>${escaped(object)}</option>`,
  );
  const choice = `<label>object <select id="object"><option value="">all</option>${options.join("")}</select></label>`;
  return `<div class="toolbar">
<button type="button" id="zoom-in" title="key +" aria-label="zoom in">+</button>
<button type="button" id="zoom-out" title="key -" aria-label="zoom out">−</button>
<button type="button" id="zoom-all" title="key 0">all</button>
${isViolated ? '<button type="button" id="violation">violation</button>' : ""}
${objects.length > 1 ? choice : ""}
<div class="legend">
<span><i class="bar placed"></i>placed, by number</span>
${isViolated ? '<span><i class="bar unplaced"></i>cannot be placed</span>' : ""}
<span><i class="bar"></i>not in the order</span>
<span><i class="bar failed"></i>failed</span>
<span><i class="bar open"></i>never returned</span>
</div>
</div>`;
}

const CHART = `<section id="chart" aria-label="operations by client over time">
<div class="whole"><div class="caption">all</div><div><canvas id="overview"></canvas><div id="frame"></div></div></div>
<div class="head"><div class="caption">client</div><div><div id="axis"></div><div id="strips"></div></div></div>
<div id="scroller"><div class="body"><div id="labels"></div><div id="plot"><div id="bands"></div><div id="lanes"></div></div></div></div>
<div id="details" role="status">Point at an operation, or walk through them with Tab and the arrow keys. Drag to move, Ctrl and wheel to zoom.</div>
</section>`;

function clipped(text: string): string {
  return text.length <= STATE_LENGTH ? text : `${text.slice(0, STATE_LENGTH)}...`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}
