import { KontikiError } from "@kontiki/actors";
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { messageOf } from "../output/error-text.ts";
import { isAnswered } from "./dial.ts";
import { Visitor, type Hosted } from "./visitor.ts";

/** Only the user who started the cluster may connect. */
const MODE = 0o600;

/** How long a connection may take to read the last replies. */
const GRACE_MS = 1000;

/** Lets other terminals run commands against a cluster, through a Unix socket. */
export class ControlServer {
  readonly path: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(path: string, hosted: Hosted) {
    this.path = path;
    // A pipe that has ended still gets the replies.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      void new Visitor(socket, hosted).serve();
    });
  }

  /**
   * Begins to listen. The socket of an owner that was killed is replaced.
   *
   * @throws KontikiError when another process answers at the path, or when no socket can be there.
   */
  static async listen(path: string, hosted: Hosted): Promise<ControlServer> {
    const server = new ControlServer(path, hosted);
    try {
      try {
        await server.#bind();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
        if (await isAnswered(path)) throw new KontikiError("another process answers there");
        rmSync(path, { force: true });
        await server.#bind();
      }
      return server;
    } catch (error) {
      throw new KontikiError(`cannot listen at ${path}: ${messageOf(error)}`, { cause: error });
    }
  }

  #bind(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      // The file is made in this call, and for a moment it has the mode that the mask leaves.
      const before = process.umask(0o777 & ~MODE);
      try {
        this.#server.listen(this.path, () => {
          this.#server.off("error", reject);
          chmodSync(this.path, MODE);
          resolve();
        });
      } finally {
        process.umask(before);
      }
    });
  }

  /** Ends every connection, which a waiting `down` takes as the end of the cluster, and removes the socket. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.end();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, GRACE_MS);
    await closed;
    clearTimeout(timer);
  }
}
