import { once } from "node:events";
import { admit } from "../http/guard.ts";
import { HttpError } from "../http/http-error.ts";
import { LoopbackServer } from "../http/loopback-server.ts";
import { send } from "../http/respond.ts";
import { dispatch } from "../http/routes.ts";
import type { Host } from "../host/host.ts";
import { write } from "../output/write.ts";

/** A page, and what is printed once it can be opened. */
export type Served = { readonly page: string; readonly greeting: (url: string) => string };

/**
 * Serves a page on the loopback interface until the program is interrupted.
 *
 * @param make makes the page, once it is certain that it can be served: that may take long. Undefined ends it.
 * @throws CheckFailure when it cannot listen at the port
 */
export async function servePage(
  port: number,
  { stdout, signal }: Host,
  make: () => Promise<Served | undefined>,
): Promise<void> {
  let page: string | undefined;
  const server = await LoopbackServer.listen(port, async (request, response) => {
    admit(request, { port: server.port, token: undefined });
    if (page === undefined) throw new HttpError(503, "the run is still being recorded");
    const text = page;
    const answer = (): void => send(response, 200, "text/html; charset=utf-8", text);
    await dispatch([{ path: "/", methods: { GET: answer } }], request, response);
  });
  try {
    const made = await make();
    if (made === undefined) return;
    ({ page } = made);
    await write(stdout, `${made.greeting(`${server.origin}/`)}\n`);
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    await server.close();
  }
}
