import { isNodeId, type NodeId } from "@kontiki/core";
import type { Json } from "./json.ts";
import type { Mail, Member, MemberSetup } from "./member.ts";
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
        void this.#member
          .propose(request.command)
          .then((outcome) => this.#reply(message, answerFor(outcome, request.answer)));
        return;
      case "read":
        void this.#member
          .read(request.query)
          .then((outcome) => this.#reply(message, answerFor(outcome, request.answer)));
        return;
      default:
        return request satisfies never;
    }
  }

  close(): void {
    this.#member?.close();
    this.#member = undefined;
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
    if (this.#member !== undefined)
      return this.#id === id
        ? { type: "init_ok" }
        : errorBody(ERROR.malformedRequest, `this process is ${String(this.#id)} already`);
    this.#id = id;
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
