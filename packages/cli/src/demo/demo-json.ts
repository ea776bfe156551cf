import type { DemoLine } from "./demo-line.ts";
import { answerPhrase, endPhrase, eventPhrase, statusPhrase } from "./phrases.ts";

/** A line as JSON: `ms` since the start, `type`, the data, and the explanation in `words`. */
export function demoJson(line: DemoLine, ms: number): string {
  return `${JSON.stringify({ ms, ...fieldsOf(line, ms) })}\n`;
}

function fieldsOf(line: DemoLine, ms: number): object {
  switch (line.type) {
    case "status": {
      const { role, term, leader = null, last, commit, applied } = line.now;
      const raft = { role, term, leader, last, commit, applied };
      return {
        type: "status",
        node: line.node,
        ...raft,
        words: statusPhrase(line.before, line.now),
      };
    }
    case "event":
      return { ...line.event, words: eventPhrase(line.event) ?? null };
    case "client": {
      const { command, outcome, tookMs } = line;
      const value = outcome.type === "ok" ? outcome.value : null;
      const answer = { outcome: outcome.type, value, tookMs, words: answerPhrase(line) };
      return { type: "client", command, ...answer };
    }
    case "story":
      return { type: "story", chapter: line.chapter, words: line.text };
    case "end":
      return { type: "end", ...line.tally, words: endPhrase(line.tally, ms) };
  }
}
