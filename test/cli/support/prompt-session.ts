import {
  answerText,
  colorsFor,
  CommandSession,
  splitWords,
  verbs,
  type Answer,
  type Failure,
} from "@kontiki/cli";
import { FakeCluster } from "./fake-cluster.ts";

/** An answer as people and programs see it: its text without colours, and its value in JSON. */
export type Shown = { readonly text: string; readonly json: unknown };

/** A session with a fake cluster, as the prompt has one. */
export class PromptSession {
  readonly cluster = new FakeCluster();
  readonly controller = new AbortController();
  /** What was told before something was destroyed. */
  readonly announced: string[] = [];
  readonly #session = new CommandSession(
    verbs,
    this.cluster,
    this.controller.signal,
    (text) => void this.announced.push(text),
    {
      inject: (written) => this.cluster.faults.inject(written),
      heal: (isMeant) => this.cluster.faults.heal(isMeant),
      inForce: async () => this.cluster.faults.inForce,
      cuts: async () => this.cluster.faults.cuts,
    },
  );

  async reply(line: string): Promise<Shown | Failure> {
    const split = splitWords(line);
    if (split.type === "problem") throw new Error(split.message);
    const reply = await this.#session.run(split.words);
    return reply.type === "failed" ? reply : shown(reply);
  }

  async replies(...lines: string[]): Promise<(Shown | Failure)[]> {
    const all: (Shown | Failure)[] = [];
    for (const line of lines) all.push(await this.reply(line));
    return all;
  }
}

async function shown(answer: Answer): Promise<Shown> {
  if (answer.type === "value") return { text: await textOf(answer), json: answer.json };
  let text = "";
  const json: unknown[] = [];
  for await (const page of answer.pages) {
    text += page.text;
    json.push(...page.items);
  }
  return { text, json };
}

async function textOf(answer: Answer): Promise<string> {
  let text = "";
  for await (const piece of answerText(answer, colorsFor({}, {}))) text += piece;
  return text;
}

export const error = (message: string): Failure => ({ type: "failed", outcome: "error", message });
