/** Bounds of a node's mailbox. */
export type MailboxLimits = {
  /** Letters on the way to a node that it has not yet taken. */
  readonly letters: number;
  /** Their bytes. */
  readonly bytes: number;
};

/** What is in a mailbox. */
export type MailboxAccount = { readonly letters: number; readonly bytes: number };

/**
 * Whether a mailbox takes another letter. One letter of any size fits into an empty mailbox. Clients get only half of it,
 * so that the nodes of a cluster can keep talking to each other under any load.
 */
export function takesLetter(
  limits: MailboxLimits,
  account: MailboxAccount,
  bytes: number,
  isClient: boolean,
): boolean {
  const share = isClient ? 0.5 : 1;
  const { letters } = account;
  if (letters >= limits.letters * share) return false;
  return letters === 0 || account.bytes + bytes <= limits.bytes * share;
}

const NONE: MailboxAccount = { letters: 0, bytes: 0 };

/** How many lanes can lead to one node at a time. */
export const SLOTS = 32;

const CELLS = 4;
const [SENT_LETTERS, SENT_BYTES, TAKEN_LETTERS, TAKEN_BYTES] = [0, 1, 2, 3];

/**
 * The account of a node's mailbox in shared memory: a slot for each lane that leads to the node, in which its sender
 * counts what it has sent and the node what it has taken. Each count is written by one thread only, so none is lost or
 * counted twice when a thread is killed in between. Counts run on modulo 2^32.
 */
export class MailboxTable implements MailboxAccount {
  /** Passed to other threads. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;

  /** @param shared the memory of a table in another thread. A new one when left out. */
  constructor(shared = new SharedArrayBuffer(SLOTS * CELLS * 4)) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
  }

  get letters(): number {
    return this.#sum(SENT_LETTERS, TAKEN_LETTERS);
  }

  get bytes(): number {
    return this.#sum(SENT_BYTES, TAKEN_BYTES);
  }

  /** Called by the sender of a lane before it sends a letter. */
  sent(slot: number, bytes: number): void {
    this.#add(slot, SENT_LETTERS, 1);
    this.#add(slot, SENT_BYTES, bytes);
  }

  /** Called by the node when it has taken a letter: until then it counts. */
  taken(slot: number, bytes: number): void {
    this.#add(slot, TAKEN_LETTERS, 1);
    this.#add(slot, TAKEN_BYTES, bytes);
  }

  /**
   * Called by the node when a lane is over: its sender is gone, and it is empty. Returns how many letters never came.
   *
   * @param kept those that have come by the slot's lanes, and are yet to be taken.
   */
  settle(slot: number, kept: MailboxAccount = NONE): number {
    const lost = this.#left(slot, SENT_LETTERS, TAKEN_LETTERS) - kept.letters;
    this.#add(slot, TAKEN_LETTERS, lost);
    this.#add(slot, TAKEN_BYTES, this.#left(slot, SENT_BYTES, TAKEN_BYTES) - kept.bytes);
    return lost;
  }

  #sum(sent: number, taken: number): number {
    let sum = 0;
    for (let slot = 0; slot < SLOTS; slot += 1) sum += this.#left(slot, sent, taken);
    return sum;
  }

  #left(slot: number, sent: number, taken: number): number {
    const at = slot * CELLS;
    return ((this.#cells[at + sent] ?? 0) - (this.#cells[at + taken] ?? 0)) | 0;
  }

  #add(slot: number, cell: number, count: number): void {
    Atomics.add(this.#cells, slot * CELLS + cell, count);
  }
}
