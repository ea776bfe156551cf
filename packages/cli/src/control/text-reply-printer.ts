import type { Writable } from "node:stream";
import type { Colors } from "../output/colors.ts";
import { write } from "../output/write.ts";
import { answerText } from "../prompt/answer-text.ts";
import { failureJson } from "../prompt/answer-json.ts";
import type { ReplyPrinter } from "../prompt/reply-printer.ts";
import { failureOf, type Answer, type Failure } from "../session/answer.ts";

/** For another terminal: objects with texts for people. What is long comes in several `more` objects before the reply. */
export class TextReplyPrinter implements ReplyPrinter {
  readonly #stdout: Writable;
  readonly #colors: Colors;

  constructor(stdout: Writable, colors: Colors) {
    this.#stdout = stdout;
    this.#colors = colors;
  }

  async print(command: readonly string[], reply: Answer | Failure): Promise<boolean> {
    if (reply.type === "failed") return this.#failed(command, reply);
    try {
      for await (const more of answerText(reply, this.#colors))
        await write(this.#stdout, `${JSON.stringify({ more })}\n`);
      const value = reply.type === "value" ? reply.json : null;
      await write(this.#stdout, `${JSON.stringify({ ok: true, command, value })}\n`);
      return true;
    } catch (error) {
      return this.#failed(command, failureOf(error));
    }
  }

  async #failed(command: readonly string[], failure: Failure): Promise<false> {
    await write(this.#stdout, failureJson(command, failure, undefined));
    return false;
  }
}
