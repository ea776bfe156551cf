import type { MessageCount, RunMessages } from "../run/messages.ts";
import { escaped } from "./page.ts";

/** The messages between the nodes of a run, by type, as HTML: a table with a bar for each, of which the lost part is red. */
export function messagePart(messages: RunMessages | null): string {
  if (messages === null || messages.counts.length === 0) return "";
  const { counts, share } = messages;
  const most = Math.max(1, ...counts.map(({ sent }) => sent));
  const rows = counts.map((each) => row(each, most)).join("\n");
  const note =
    share < 1
      ? ` There were more than were recorded: at times 1 of ${Math.round(1 / share)}, and these are estimates.`
      : "";
  return `<h2>Messages between nodes</h2>
<p>Copies count as received or lost as well; what is neither was on its way at the end.${note}</p>
<style>${STYLE}</style>
<table class="messages"><tr><th>message</th><th>sent</th><th>received</th><th>lost</th><th>lost, %</th><th></th></tr>
${rows}
${row(totalOf(counts), Infinity)}</table>`;
}

function totalOf(counts: readonly MessageCount[]): MessageCount {
  const sum = (of: (each: MessageCount) => number): number =>
    counts.reduce((all, each) => all + of(each), 0);
  return {
    type: "all",
    sent: sum(({ sent }) => sent),
    received: sum(({ received }) => received),
    lost: sum(({ lost }) => lost),
  };
}

function row({ type, sent, received, lost }: MessageCount, most: number): string {
  const counts = [sent, received, lost].map((count) => count.toLocaleString("en-US"));
  const part = lost / Math.max(1, sent);
  const cells = [escaped(type), ...counts, (100 * part).toFixed(1)];
  const width = Math.round((sent / most) * 100);
  const bar = `<i style="width:${width}%"><b style="width:${Math.round(Math.min(1, part) * 100)}%"></b></i>`;
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}<td class="part">${bar}</td></tr>`;
}

const STYLE = `
.messages { margin-bottom: 1rem; }
.messages td, .messages th { padding: 0 0.6em 0 0; }
.messages th:first-child { text-align: left; }
.messages td:nth-child(n+2), .messages th:nth-child(n+2) { text-align: right; }
.messages .part { min-width: 12rem; }
.messages .part i { display: block; height: 0.7em; background: #7fa8d9; }
.messages .part b { display: block; height: 100%; margin-left: auto; background: #c02020; }
@media (width < 600px) { .messages .part { display: none; } }
`;
