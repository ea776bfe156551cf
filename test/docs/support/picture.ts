/**
 * Draws commands and their output as a terminal: an SVG that is readable in light and in dark, as text and without a font.
 */

const COLUMNS = 104;
const CHARACTER = 7.8;
const LINE = 18;
const MARGIN = 16;
const BAR = 28;

const STYLE = `
    .back { fill: #f6f8fa; stroke: #d0d7de; }
    .dot { fill: #d0d7de; }
    text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre; }
    .command { font-weight: bold; }
    .bad { fill: #b4232f; }
    .good { fill: #14693a; }
    .faint { fill: #59636e; }
    @media (prefers-color-scheme: dark) {
      .back { fill: #0d1117; stroke: #3d444d; }
      .dot { fill: #3d444d; }
      text { fill: #e6edf3; }
      .bad { fill: #ff8a82; }
      .good { fill: #6fdd8b; }
      .faint { fill: #9198a1; }
    }`;

/** What is told by colour, beside the text itself. */
const KINDS: readonly (readonly [kind: string, lines: RegExp])[] = [
  ["command", /^\$ /],
  ["bad", /VIOLATED|^violated|^reproduced/],
  ["good", /\bleads term\b/],
  ["faint", /^ *ms {2,}n1|^\.\.\.$/],
];

/** An SVG of these lines, with `title` for people who do not see it. What is too long for a line is cut off. */
export function drawn(title: string, lines: readonly string[]): string {
  const width = Math.ceil(COLUMNS * CHARACTER) + 2 * MARGIN;
  const height = lines.length * LINE + BAR + MARGIN;
  const dots = [0, 1, 2].map(
    (at) => `  <circle class="dot" cx="${MARGIN + 6 + at * 18}" cy="16" r="5" />`,
  );
  const texts = lines.flatMap((line, at) =>
    line === "" ? [] : [text(line, BAR + (at + 1) * LINE)],
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `  <title>${escaped(title)}</title>`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect class="back" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" />`,
    ...dots,
    ...texts,
    "</svg>",
    "",
  ].join("\n");
}

function text(line: string, y: number): string {
  const kind = KINDS.find(([, lines]) => lines.test(line))?.[0];
  const of = kind === undefined ? "" : ` class="${kind}"`;
  return `  <text${of} x="${MARGIN}" y="${y}" xml:space="preserve">${escaped(cut(line))}</text>`;
}

function cut(line: string): string {
  return line.length <= COLUMNS ? line : `${line.slice(0, COLUMNS - 1)}…`;
}

function escaped(line: string): string {
  return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
