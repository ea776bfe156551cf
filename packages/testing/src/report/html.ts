import { checkArgument, text } from "@kontiki/actors/node";
import { checkJudged } from "./check-judged.ts";
import type { Model } from "../check/model.ts";
import type { Verdict, Violated } from "../check/verdict.ts";
import type { History, Operation } from "../history/history.ts";
import { brokenClaimsText } from "./broken-claims.ts";
import { pageData } from "./page-data.ts";
import { escaped, pageHtml } from "./page.ts";
import { readingText } from "./reading-text.ts";
import { costText, count, describeOperation, sizeText, spanText, whyText } from "./describe.ts";

/** How many operations of the longest prefix are listed. The chart has all. */
const PREFIX_LISTED = 200;

/** How many characters of a state are shown: a state may be a list of thousands. */
const STATE_LENGTH = 300;

/**
 * Makes a page that shows a history and its verdict: a lane for each client, a bar for each operation, numbers in the
 * order of effects, operations that cannot be placed in red, and faults and leaders in the background.
 *
 * It is one self-contained file: it opens offline, in light and dark, and works with mouse and keyboard. `title` says what
 * was checked, for example the name of a file.
 */
export function verdictPage<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  verdict: Verdict<Input, Output>,
  title: string,
): string {
  checkJudged("verdictPage", history, model, verdict);
  checkArgument("verdictPage", "title", text("a title"), title);
  const reading = readingText(history);
  const broken = brokenClaimsText(history, verdict);
  return pageHtml({
    title,
    headline: headline(verdict),
    verdict: verdict.verdict,
    about: [
      `${sizeText(history)}, judged as ${model.name}`,
      ...(reading === undefined ? [] : [`R${reading.slice(1)}`]),
      ...(broken === undefined ? [] : [`T${broken.slice(1)}`]),
      `Checked in ${costText(verdict.cost)}.`,
    ].join(". "),
    sections: verdict.verdict === "violated" ? explanation(history, model, verdict) : "",
    data: pageData(history, model, verdict),
    shown: verdict.verdict === "violated" ? verdict.key : undefined,
  });
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

/** Why a history is not linearizable, as HTML. */
export function explanation<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  { key, prefix, state, unplaced, otherStates }: Violated<Input, Output>,
): string {
  const places = new Map(history.operations.map((operation, at) => [operation, at]));
  const item = (mark: string, one: Operation<Input, Output>): string => {
    const text = `${describeOperation(model, one)}  [${spanText(one, history)}]`;
    const words = `<b>${mark}</b>${escaped(one.process)}: ${escaped(text)}`;
    return `<li><button type="button" class="operation" data-operation="${places.get(one)}">${words}</button></li>`;
  };
  const listed = prefix.slice(-PREFIX_LISTED);
  const skipped = prefix.length - listed.length;
  const others = otherStates.map((other) => `<code>${escaped(clipped(other))}</code>`).join(" or ");
  return `<div class="why">
<section class="unplaced">
<h2>${unplaced.length === 1 ? "This operation cannot be placed" : "These operations cannot be placed; the first one must be"}${key === "" ? "" : ` (object ${escaped(key)})`}</h2>
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

function clipped(text: string): string {
  return text.length <= STATE_LENGTH ? text : `${text.slice(0, STATE_LENGTH)}...`;
}
