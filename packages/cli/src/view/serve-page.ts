import { once } from "node:events";
import { admit } from "../http/guard.ts";
import { LoopbackServer } from "../http/loopback-server.ts";
import { send } from "../http/respond.ts";
import { dispatch } from "../http/routes.ts";
import type { Host } from "../host/host.ts";
import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import { write } from "../output/write.ts";

/**
 * Serves a page on the loopback interface until the program is interrupted.
 *
 * @param greeting what is printed once it can be opened.
 * @throws CheckFailure when it cannot listen at the port
 */
export async function servePage(
  page: string,
  port: number,
  { stdout, signal }: Host,
  greeting: (url: string) => string,
): Promise<void> {
  const server = await LoopbackServer.listen(port, async (request, response) => {
    admit(request, { port: server.port, token: undefined });
    const answer = (): void => send(response, 200, "text/html; charset=utf-8", page);
    await dispatch([{ path: "/", methods: { GET: answer } }], request, response);
  }).catch((error: unknown) => {
    throw badInput(messageOf(error));
  });
  try {
    await write(stdout, `${greeting(`${server.origin}/`)}\n`);
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    await server.close();
  }
}
