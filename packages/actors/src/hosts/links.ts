import type { HostLetter } from "./host-wire.ts";

/** The part of a message that a link looks at. */
export type Numbered = { readonly sequence: number; readonly part: number; readonly parts: number };

/** The bytes that each part of a letter has, but the last one. */
export const PART_BYTES = 512 * 1024;

/** The most parts of a letter. */
const PARTS_MAX = 256;

/**
 * What one host sends to another, from one life of it to another: each message is received once or never, and in order.
 * What comes twice, late or to another life is dropped, and so is a letter of which a part is missing.
 *
 * So a client's parcel is never received twice, which its rules assume: one copy could be refused and another one accepted.
 */
export class Link {
  /** The life of the other host. */
  readonly life: string;
  #sent = 0;
  #received = 0;
  #parts: readonly Uint8Array[] = [];

  constructor(life: string) {
    this.life = life;
  }

  /** The number of the next message to that host. */
  next(): number {
    this.#sent += 1;
    return this.#sent;
  }

  /** Whether a message from that host is new. */
  takes({ sequence }: Pick<Numbered, "sequence">): boolean {
    if (sequence <= this.#received) return false;
    if (sequence !== this.#received + 1) this.#parts = [];
    this.#received = sequence;
    return true;
  }

  /** Adds a part of a letter, which was taken. Returns the letter when all its parts are there. */
  assemble({ part, parts }: Numbered, letter: HostLetter): HostLetter | undefined {
    if (parts === 1) return letter;
    if (part !== this.#parts.length && part !== 0) this.#parts = [];
    if (part === 0) this.#parts = [];
    if (part !== this.#parts.length || parts > PARTS_MAX) return undefined;
    this.#parts = [...this.#parts, letter.bytes.slice()];
    if (this.#parts.length < parts) return undefined;
    const bytes = joined(this.#parts);
    this.#parts = [];
    return { ...letter, bytes };
  }
}

/** The bytes of a letter in parts of at most {@link PART_BYTES}: at least one. */
export function partsOf(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length <= PART_BYTES) return [bytes];
  const count = Math.ceil(bytes.length / PART_BYTES);
  return Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * PART_BYTES, (at + 1) * PART_BYTES),
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
