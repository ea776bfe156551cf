import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A link to a server of the loopback, which a test can cut, and slow down. */
export class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #delayMs = 0;

  /** @param target the port of the server. */
  constructor(target: number) {
    this.#server = createServer((from) => {
      if (this.#isCut) return void from.destroy();
      const to = connect(target, "127.0.0.1");
      this.#join(from, to);
      this.#join(to, from);
    });
  }

  /** Its URL, once it listens. */
  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    onTestFinished(() => this.#close());
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends all connections, and takes none until it is healed. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Everything takes so long from now on, one packet after the other. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  heal(): void {
    this.#isCut = false;
    this.#delayMs = 0;
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on("data", (bytes: Buffer) => {
      if (this.#delayMs === 0) return void to.write(bytes);
      // The next packet is read when this one has left: what is sent meanwhile waits in the buffers of the kernel.
      from.pause();
      setTimeout(() => {
        to.write(bytes);
        from.resume();
      }, this.#delayMs);
    });
  }

  #close(): void {
    this.cut();
    this.#server.close();
  }
}
