import {
  register,
  runPage,
  type Operation,
  type RunResult,
  type StoryLine,
} from "@kontiki/testing";
import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { resultOf } from "../support/drawn-plans.ts";
import { ok } from "../support/operations.ts";

const STORY: readonly StoryLine[] = [
  { at: 7, node: "n1", what: "leads term 1 <b>", nodes: { n1: "L1 0/1" } },
];

const OPERATIONS = [ok("a", 0, 1, ["write", 1]), ok("b", 2, 3, ["read"], 5)];

function runOf(check: string, operations: readonly Operation[]): RunResult {
  return { ...resultOf([check]), history: { operations, marks: [], unit: "ms" } };
}

function scriptsOf(page: string): readonly string[] {
  return Array.from(page.matchAll(/<script>(.*?)<\/script>/gs), ([, script = ""]) => script);
}

describe("the page of a run", () => {
  const parts = { title: "swarm, seed 7", story: STORY };

  test("shows the violations, the story, and the operations of the clients", () => {
    const result = runOf("Election <Safety>", OPERATIONS);
    const page = runPage({ ...parts, result, model: register });
    expect(page).toContain(
      '<h1 class="violated">swarm, seed 7: violated, Election &lt;Safety&gt;</h1>',
    );
    expect(page).toContain(
      "<li><b>Election &lt;Safety&gt;</b>: Election &lt;Safety&gt; is broken</li>",
    );
    expect(page).toContain("\n 7  n1  L1 0/1  leads term 1 &lt;b&gt;\n");
    expect(page).toContain('"read -> 5"');
    expect(page).not.toContain("cannot be placed</h2>");
    for (const script of scriptsOf(page)) expect(() => new Script(script)).not.toThrow();
  });

  test("shows what the claim depends on, all lines below it, and the situations of the run", () => {
    const story = [
      ...STORY,
      { at: 9, node: "n2", what: "votes for n3 in term 2", nodes: { n1: "L1 0/1" } },
    ];
    const page = runPage({
      ...parts,
      story,
      slice: { lines: STORY, of: 2, about: "n1, term 1" },
      sometimes: [{ name: "reads.waited", text: "A read <waited>.", at: 3.25 }],
      result: runOf("liveness", OPERATIONS),
      model: register,
    });
    const [, told = "", whole = ""] = page.split('<pre class="story">');
    expect(page).toContain("<p>1 of 2 lines: what the claim about n1, term 1 depends on.</p>");
    expect(told).toContain("<summary>All 2 lines</summary>");
    expect(told).not.toContain("votes for n3");
    expect(whole).toContain("votes for n3 in term 2");
    expect(page).toContain("<summary>1 situation met on the way</summary>");
    expect(page).toContain(
      "<tr><td>3.3</td><td>reads.waited</td><td>A read &lt;waited&gt;.</td></tr>",
    );
  });

  test("shows the operation that cannot be placed if the history is not linearizable", () => {
    const page = runPage({ ...parts, result: runOf("linearizable", OPERATIONS), model: register });
    expect(page).toContain("<h2>This operation cannot be placed</h2>");
    expect(page).toContain("The state after the prefix is <code>1</code>");
  });

  test("shows operations of a machine without a model as recorded", () => {
    const operations = [ok("a", 0, 1, ["apply", '{"type":"deal"}'], 3)];
    const page = runPage({ ...parts, result: runOf("liveness", operations), model: undefined });
    expect(page).toContain('apply \\"{\\\\\\"type\\\\\\":\\\\\\"deal\\\\\\"}\\" -> 3');
  });
});
