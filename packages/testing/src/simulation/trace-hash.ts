import type { CoreStep, Happening, Observer } from "./observer.ts";

/**
 * A digest of everything that happens, in order: two runs are the same exactly when theirs are, for all that chance has
 * to say against it (64 bits).
 */
export class TraceHash implements Observer {
  readonly #now: () => number;
  readonly #words = new Map<string, number>();
  #a = 0x9e3779b9;
  #b = 0x85ebca6b;

  /** @param now in ms of the run. */
  constructor(now: () => number) {
    this.#now = now;
  }

  onStep({ node, event, after, effects }: CoreStep): void {
    this.#time();
    this.#word(node);
    this.#word(event.type);
    this.#word(after.role.type);
    this.#number(after.term);
    this.#number(after.commit);
    this.#number(after.durable);
    for (const { type } of effects) this.#word(type);
  }

  onHappening(happening: Happening): void {
    this.#time();
    this.#word(happening.type);
    switch (happening.type) {
      case "posted":
      case "delivered":
        this.#word(happening.from);
        this.#word(happening.to);
        this.#bytes(happening.bytes);
        return;
      case "lost":
        this.#word(happening.from);
        this.#word(happening.to);
        return this.#word(happening.reason);
      case "started":
        this.#word(happening.node);
        return this.#number(happening.incarnation);
      case "ended":
      case "refused":
      case "synced":
      case "applied":
      case "restored":
        return this.#word(happening.node);
      case "faultBegan":
      case "faultEnded":
      case "faultSkipped":
        return this.#number(happening.fault.id);
      case "called":
      case "returned":
        return this.#number(happening.operation.id);
      default:
        return;
    }
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return hex(mixed(this.#a)) + hex(mixed(this.#b));
  }

  #time(): void {
    // Whole microseconds.
    this.#number(Math.floor(this.#now() * 1000 + 0.5));
  }

  #word(word: string): void {
    let known = this.#words.get(word);
    if (known === undefined) {
      known = 0x811c9dc5;
      for (let at = 0; at < word.length; at += 1)
        known = Math.imul(known ^ word.charCodeAt(at), 0x01000193);
      this.#words.set(word, known);
    }
    this.#mix(known);
  }

  #number(number: number): void {
    this.#mix(number | 0);
    if (number > 0xffff_ffff) this.#mix(Math.floor(number / 2 ** 32));
  }

  #bytes(bytes: Uint8Array): void {
    let hash = bytes.length;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    this.#mix(hash);
  }

  #mix(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#b = Math.imul(this.#b + word, 0xc2b2ae35) ^ (this.#b >>> 15);
  }
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (once ^ (once >>> 13)) >>> 0;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}
