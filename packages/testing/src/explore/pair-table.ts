/**
 * Maps pairs of whole numbers to whole numbers, in a typed array: a lookup mostly touches one memory location and creates
 * no garbage. Open addressing with linear probing.
 */
export class PairTable {
  /** Four words per slot: both keys, the value, and whether the slot is used. */
  #slots = new Int32Array(4 << 10);
  #mask = (1 << 10) - 1;
  #size = 0;

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** The value of a pair; undefined for none. */
  get(one: number, other: number): number | undefined {
    const at = this.#find(one, other);
    return this.#slots[at + 3] === 0 ? undefined : this.#slots[at + 2];
  }

  /** Sets the value of a pair: a signed 32-bit number. */
  set(one: number, other: number, value: number): void {
    if (2 * (this.#size + 1) > this.#mask) this.#grow();
    const at = this.#find(one, other);
    if (this.#slots[at + 3] === 0) this.#size += 1;
    this.#slots[at] = one;
    this.#slots[at + 1] = other;
    this.#slots[at + 2] = value;
    this.#slots[at + 3] = 1;
  }

  #find(one: number, other: number): number {
    const slots = this.#slots;
    let mix = Math.imul(one ^ Math.imul(other, 0x9e37_79b1), 0x85eb_ca6b);
    mix ^= mix >>> 15;
    let slot = mix & this.#mask;
    for (;;) {
      const at = slot << 2;
      if (slots[at + 3] === 0 || (slots[at] === one && slots[at + 1] === other)) return at;
      slot = (slot + 1) & this.#mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    this.#mask = 2 * this.#mask + 1;
    for (let at = 0; at < old.length; at += 4) {
      if (old[at + 3] === 0) continue;
      this.#slots.set(old.subarray(at, at + 4), this.#find(old[at] ?? 0, old[at + 1] ?? 0));
    }
  }
}
