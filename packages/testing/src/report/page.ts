import type { PageData } from "./page-data.ts";
import { pageScript, pageStyle } from "./page-script.ts";

/** The content of a page. Texts are plain; sections are HTML. */
export type PageParts = {
  readonly title: string;
  /** The result, shown after the title. */
  readonly headline: string;
  readonly verdict: "valid" | "violated" | "unknown";
  /** What the chart shows, as a text. */
  readonly about: string;
  /** HTML between the headline and the chart. */
  readonly sections: string;
  /** The data of the chart. */
  readonly data: PageData;
  /** The object that is selected at first; undefined for all. */
  readonly shown: string | undefined;
};

/** Makes a page with the chart of a history: one self-contained file. */
export function pageHtml({
  title,
  headline,
  verdict,
  about,
  sections,
  ...rest
}: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}: ${verdict}</title>
<style>
${pageStyle()}</style>
</head>
<body>
<h1 class="${verdict}">${escaped(title)}: ${escaped(headline)}</h1>
<p>${escaped(about)}</p>
${sections}
${toolbar(rest)}
${CHART}
<noscript><p>The chart needs scripts to be allowed for this page.</p></noscript>
<script type="application/json" id="data">${JSON.stringify(rest.data).replaceAll("<", "\\u003c")}</script>
<script>
${pageScript()}</script>
</body>
</html>
`;
}

function toolbar({ data, shown }: Pick<PageParts, "data" | "shown">): string {
  const { objects, blocked } = data;
  const isViolated = blocked !== -1;
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
<div id="details" role="status">Point at an operation, or step through them with Tab and the arrow keys. Drag to move; zoom with Ctrl and the wheel.</div>
</section>`;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Escapes a text for HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}
