import type { NodeStatus } from "@kontiki/actors";
import type { Answer, Failure } from "../session/answer.ts";
import { sessionCommands, usageOf } from "../session/commands.ts";
import { leaderOf } from "../session/leader-of.ts";

/**
 * An answer as one line of JSON, in pieces.
 *
 * A log is sent as it is read, without knowing whether the rest of it can be read. Its line therefore
 * says `ok` at the end; one that breaks off has the entries so far and an error.
 */
export async function* answerJson(
  command: readonly string[],
  answer: Answer,
): AsyncGenerator<string> {
  if (answer.type !== "log") {
    yield `${JSON.stringify({ ok: true, command, value: valueOf(answer) })}\n`;
    return;
  }
  let before = `{"command":${JSON.stringify(command)},"value":[`;
  for await (const page of answer.pages) {
    yield before + page.map((line) => JSON.stringify(line)).join(",");
    before = ",";
  }
  yield `${before === "," ? "" : before}],"ok":true}\n`;
}

/** A failure as one line of JSON, or as the rest of a line that was begun. */
export function failureJson(
  command: readonly string[],
  failure: Failure,
  line: number | undefined,
  begun = false,
): string {
  const { message: error, outcome } = failure;
  const place = line === undefined ? {} : { line };
  if (!begun) return `${JSON.stringify({ ok: false, command, error, outcome, ...place })}\n`;
  return `],${JSON.stringify({ ok: false, error, outcome, ...place }).slice(1)}\n`;
}

function valueOf(answer: Exclude<Answer, { type: "log" }>): unknown {
  switch (answer.type) {
    case "done":
    case "quit":
      return null;
    case "got":
      return answer.value;
    case "deleted":
      return answer.present;
    case "swapped":
      return answer.matched;
    case "appended":
      return answer.bytes;
    case "pairs":
      return answer.pairs;
    case "status":
      return nodesJson(answer.nodes);
    case "leader":
    case "node":
      return answer.node;
    case "members":
      return answer.members;
    case "snapshot": {
      const { node, index, size } = answer;
      return { node, index, size };
    }
    case "compacted":
      return { node: answer.node, first: answer.first };
    case "help":
      return answer.names.map((name) => {
        const { summary, example } = sessionCommands[name];
        return { command: name, usage: usageOf(name), summary, example };
      });
  }
}

/** One object a node with the same fields for all; null where a node without a thread has none. */
function nodesJson(nodes: readonly NodeStatus[]): readonly object[] {
  const leader = leaderOf(nodes);
  return nodes.map(({ id, life, raft, incarnation, restarts, uid, trouble }) => ({
    node: id,
    life: life.type,
    leads: id === leader,
    role: raft?.role ?? null,
    term: raft?.term ?? null,
    commit: raft?.commit ?? null,
    last: raft?.last ?? null,
    applied: raft?.applied ?? null,
    first: raft?.first ?? null,
    snapshot: raft?.snapshot ?? null,
    votes: raft?.votes ?? null,
    repairing: raft?.repairing ?? null,
    receiving: raft?.receiving ?? null,
    uid,
    incarnation,
    restarts,
    cause: "cause" in life ? life.cause : null,
    trouble: trouble ?? null,
  }));
}
