import type { CoreStep, Happening, Observer } from "../engine/observer.ts";

type OfType<T extends Happening["type"]> = Happening & { readonly type: T };

/**
 * A digest of everything that happens, in order: two runs are the same if their digests are the same, except by an unlikely
 * collision (64 bits).
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
    this.#word(after.votedFor ?? "");
    this.#number(after.snapshot?.index ?? 0);
    this.#number(after.horizon?.index ?? 0);
    for (const { type } of effects) this.#word(type);
  }

  onHappening(happening: Happening): void {
    // It follows from what came before it.
    if (happening.type === "published") return;
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
      case "faultBegan":
      case "faultEnded":
      case "faultSkipped":
        return this.#fault(happening);
      case "called":
        return this.#number(happening.operation.id);
      case "returned":
        this.#number(happening.operation.id);
        return this.#data(happening.outcome);
      case "healed":
      case "settled":
        return;
      default:
        return this.#node(happening);
    }
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return hex(mixed(this.#a)) + hex(mixed(this.#b));
  }

  #fault(happening: OfType<"faultBegan" | "faultEnded" | "faultSkipped">): void {
    this.#number(happening.fault.id);
    if (happening.type === "faultBegan") this.#data(happening.nodes);
    if (happening.type === "faultSkipped") this.#text(happening.reason);
  }

  #node(
    happening: OfType<
      "started" | "ended" | "refused" | "damaged" | "synced" | "applied" | "restored" | "misbehaved"
    >,
  ): void {
    this.#word(happening.node);
    switch (happening.type) {
      case "started":
        this.#number(happening.uid);
        return this.#number(happening.incarnation);
      case "ended":
        this.#text(happening.cause);
        return this.#data(happening.kept);
      case "refused":
        return this.#text(happening.reason);
      case "damaged":
        return this.#data(happening.loss);
      case "synced":
        return;
      case "applied":
        this.#number(happening.index);
        this.#data(happening.command);
        return this.#data(happening.result);
      case "restored":
        return this.#data(happening.state);
      case "misbehaved":
        return this.#text(happening.what);
      default:
        happening satisfies never;
    }
  }

  #time(): void {
    // Whole microseconds.
    this.#number(Math.floor(this.#now() * 1000 + 0.5));
  }

  #word(word: string): void {
    let known = this.#words.get(word);
    if (known === undefined) {
      known = hashOf(word);
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
    // An index loop, because it runs for every byte that is sent.
    for (let at = 0; at < bytes.length; at += 1)
      hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    this.#mix(hash);
  }

  /** Unlike the hash of a word, that of a text is not cached: there is no limit to different texts. */
  #text(text: string): void {
    this.#mix(text.length);
    this.#mix(hashOf(text));
  }

  /** The commands and results of a state machine: values with their fields in the order in which the machine made them. */
  #data(value: unknown): void {
    if (typeof value === "string") {
      if (PRIMITIVE.test(value)) this.#mix(MARK.text);
      return this.#text(value);
    }
    if (value instanceof Uint8Array) {
      this.#mix(MARK.bytes);
      return this.#bytes(value);
    }
    if (typeof value !== "object" || value === null)
      return this.#text(`${typeof value} ${Object.is(value, -0) ? "-0" : String(value)}`);
    if (value instanceof Map || value instanceof Set) return this.#data([...value]);
    const names = Object.keys(value);
    if (!Array.isArray(value) && /^\d*$/.test(names[0] ?? "")) this.#mix(MARK.record);
    this.#mix(names.length);
    for (const name of names) {
      this.#text(name);
      this.#data((value as Readonly<Record<string, unknown>>)[name]);
    }
  }

  #mix(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#b = Math.imul(this.#b + word, 0xc2b2ae35) ^ (this.#b >>> 15);
  }
}

/** Texts like those by which other values are mixed in. */
const PRIMITIVE = /^(?:boolean|number|object|undefined) /;

/** Marks what could be mixed in like another value: such a text, bytes, and a record with the keys of a list. */
const MARK = { text: 0x7465_7874, bytes: 0x6279_7465, record: 0x7265_636f } as const;

/** FNV-1a over UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (once ^ (once >>> 13)) >>> 0;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}
