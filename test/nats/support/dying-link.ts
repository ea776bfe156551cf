import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/**
 * When a link dies: with the message of this number that its client publishes, its first request for work being the first. That
 * message is sent before or not at all.
 */
export type Moment = { readonly message: number; readonly isSent: boolean };

/**
 * A client's link to a server of NATS, which can die at any message that the client publishes: each request for work, each
 * result, each acknowledgement and each sign of life is one.
 */
export class DyingLink {
  readonly died: Promise<void>;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((from) => this.#join(from));
  #onDeath: () => void = () => {};
  #moment: Moment | undefined;
  #published = 0;
  #isDead = false;

  /** @param target the port of the server. */
  constructor(target: number) {
    this.#target = target;
    this.died = new Promise((resolve) => (this.#onDeath = resolve));
  }

  /** Its URL, once it listens. */
  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    onTestFinished(() => {
      this.#die();
      this.#server.close();
    });
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  dieAt(moment: Moment): void {
    this.#moment = moment;
  }

  #join(from: Socket): void {
    if (this.#isDead) return void from.destroy();
    const to = connect(this.#target, "127.0.0.1");
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    to.on("data", (bytes: Buffer) => from.write(bytes));
    let rest: Buffer = Buffer.alloc(0);
    from.on("data", (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      for (let size = sizeOfFirst(rest); size !== undefined; size = sizeOfFirst(rest)) {
        this.#pass(rest.subarray(0, size), to);
        rest = rest.subarray(size);
      }
    });
  }

  #pass(operation: Buffer, to: Socket): void {
    if (this.#isDead) return;
    const line = operation.subarray(0, 256).toString("latin1");
    const isMessage = /^H?PUB /.test(line);
    // What a client publishes before it asks for work opens its streams.
    const isCounted = this.#published > 0 || REQUEST.test(line);
    if (isMessage && isCounted) this.#published += 1;
    const isLast = isMessage && this.#published === this.#moment?.message;
    if (isLast && this.#moment?.isSent === true)
      to.write(operation, () => {
        this.#die();
      });
    else if (isLast) this.#die();
    else to.write(operation);
  }

  #die(): void {
    this.#isDead = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#onDeath();
  }
}

/** A request for work. */
const REQUEST = /^H?PUB \S+\.MSG\.NEXT\./;

/** How many bytes the first operation has, a message with its content; undefined when it has not come whole. */
function sizeOfFirst(bytes: Buffer): number | undefined {
  const end = bytes.indexOf("\r\n");
  if (end < 0) return undefined;
  const words = bytes.subarray(0, end).toString("latin1").trim().split(/\s+/);
  const content = /^H?PUB$/.test(words[0] ?? "") ? Number(words.at(-1)) + 2 : 0;
  const size = end + 2 + content;
  return size <= bytes.length ? size : undefined;
}

/** Draws whole numbers below a bound: the same for the same seed. */
export function drawnFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
