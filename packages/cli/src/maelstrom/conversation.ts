import { once } from "node:events";
import { isNodeId, type NodeId } from "@kontiki/core";
import type { Outcome } from "@kontiki/actors";
import type { Json } from "./json.ts";
import { MEMBERS_MAX, type Mail, type Member, type MemberSetup } from "./member.ts";
import { ERROR, errorBody, type Body, type MaelstromMessage } from "./message.ts";
import { answerFor, requestOf } from "./requests.ts";

/** The type of a message that carries mail between two of our processes. */
const MAIL = "kontiki";

/** What a conversation is given. */
export type ConversationHost = {
  readonly start: (setup: Pick<MemberSetup, "id" | "members" | "send">) => Member;
  readonly write: (message: MaelstromMessage) => void;
  /** A message cannot be used. */
  readonly onFlaw: (text: string) => void;
};

/** The messages of one process: waits for `init`, starts the member, and answers requests. */
export class Conversation {
  readonly #host: ConversationHost;
  #id: NodeId | undefined;
  #member: Member | undefined;
  #hasOthers = false;
  /** Requests whose answer is still to come. */
  readonly #asked = new Set<Promise<void>>();

  constructor(host: ConversationHost) {
    this.#host = host;
  }

  /** Takes a message. The answer is written when there is one. @throws KontikiError when the member cannot be started. */
  receive(message: MaelstromMessage): void {
    const { src, body } = message;
    if (body.type === "init") return this.#reply(message, this.#init(body));
    if (this.#member === undefined)
      return this.#reply(message, errorBody(ERROR.temporarilyUnavailable, "init comes first"));
    if (body.type === MAIL) return this.#takeMail(src, body);
    const request = requestOf(body);
    switch (request.type) {
      case "answer":
        return this.#reply(message, request.body);
      case "propose":
        return this.#answerLater(message, this.#member.propose(request.command), request.answer);
      case "read":
        return this.#answerLater(message, this.#member.read(request.query), request.answer);
      default:
        return request satisfies never;
    }
  }

  /**
   * Answers what was asked before the input ended, and closes. A node without others can still answer it, until `signal`
   * aborts. One of several hears of no one any more: what is open fails, or stays unknown.
   */
  async end(signal: AbortSignal): Promise<void> {
    if (!this.#hasOthers) await this.#answered(signal);
    this.close();
    await Promise.all(this.#asked);
  }

  /** Ends all requests. */
  close(): void {
    this.#member?.close();
    this.#member = undefined;
  }

  async #answered(signal: AbortSignal): Promise<void> {
    if (this.#asked.size === 0 || signal.aborted) return;
    const over = new AbortController();
    const aborted = once(signal, "abort", { signal: over.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#asked), aborted]);
    over.abort();
  }

  #answerLater(
    message: MaelstromMessage,
    ending: Promise<Outcome<Json>>,
    answer: (result: Json) => Body,
  ): void {
    const asked = ending.then((outcome) => {
      this.#asked.delete(asked);
      this.#reply(message, answerFor(outcome, answer));
    });
    this.#asked.add(asked);
  }

  #init(body: Body): Body {
    const { node_id: id, node_ids: members } = body;
    if (
      !isNodeId(id) ||
      !Array.isArray(members) ||
      !members.every(isNodeId) ||
      !members.includes(id)
    )
      return errorBody(
        ERROR.malformedRequest,
        "node_ids is a list of names, and node_id one of them",
      );
    if (new Set(members).size < members.length || members.length > MEMBERS_MAX)
      return errorBody(
        ERROR.malformedRequest,
        `node_ids has at most ${MEMBERS_MAX} names, each once`,
      );
    if (this.#member !== undefined)
      return this.#id === id
        ? { type: "init_ok" }
        : errorBody(ERROR.malformedRequest, `this process is ${String(this.#id)} already`);
    this.#id = id;
    this.#hasOthers = members.length > 1;
    const send = (to: NodeId, mail: Mail): void =>
      this.#host.write({ src: id, dest: to, body: { type: MAIL, ...mail } });
    this.#member = this.#host.start({ id, members, send });
    return { type: "init_ok" };
  }

  #takeMail(src: string, body: Body): void {
    const { to, from, mail } = body;
    if (typeof to === "string" && typeof from === "string" && typeof mail === "string")
      this.#member?.receive({ to, from, mail } as Mail);
    else this.#host.onFlaw(`mail from ${src} lacks to, from or mail`);
  }

  #reply({ src, dest, body }: MaelstromMessage, answer: Body): void {
    if (body.msg_id === undefined) return;
    const reply: { readonly [name: string]: Json | undefined } = { in_reply_to: body.msg_id };
    this.#host.write({ src: dest, dest: src, body: { ...answer, ...reply } });
  }
}
