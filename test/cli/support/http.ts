import { once } from "node:events";
import { request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

/** A request, sent as it is: paths are not normalized, and any header can be set. */
export type Sent = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

export type Answered = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** Sends a request to a port of this machine, and resolves to what came back. */
export async function send(port: number, sent: Sent): Promise<Answered> {
  const answer = await open(port, sent);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

/** The same, before the body is read. */
export async function open(
  port: number,
  { method = "GET", path = "/", headers = {}, body }: Sent,
): Promise<IncomingMessage> {
  const client = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
  client.end(body);
  const [answer] = (await once(client, "response")) as [IncomingMessage];
  return answer;
}

/** A request with the token of a server. */
export function withToken(token: string, { headers, ...sent }: Sent): Sent {
  return { ...sent, headers: { authorization: `Bearer ${token}`, ...headers } };
}

/** An event of a stream. */
export type Told = { readonly event: string; readonly data: unknown; readonly id?: number };

/** Server-sent events as they come. */
export async function* eventsOf(answer: IncomingMessage): AsyncGenerator<Told> {
  let rest = "";
  for await (const chunk of answer) {
    const blocks = (rest + String(chunk)).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const [, event] = /^event: (.*)$/m.exec(block) ?? [];
      const [, data] = /^data: (.*)$/m.exec(block) ?? [];
      const [, id] = /^id: (.*)$/m.exec(block) ?? [];
      const last = id === undefined ? {} : { id: Number(id) };
      if (event !== undefined && data !== undefined)
        yield { event, data: JSON.parse(data), ...last };
    }
  }
}
