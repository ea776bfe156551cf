import type { Index } from "@kontiki/core";

/** SHA-256 of a state in hex, and the last entry applied to it. */
export type Digest = { readonly applied: Index; readonly sha256: string };

type Mark = {
  readonly at: Index;
  readonly callback: (digest: Digest | undefined | Error) => void;
};

/** Entries after which a digest of the state was asked for: nodes can be compared only after the same entry. */
export class DigestMarks {
  #marks: readonly Mark[] = [];

  /** Calls back when {@link reached} comes to this entry. */
  add(at: Index, callback: Mark["callback"]): void {
    this.#marks = [...this.#marks, { at, callback }];
  }

  /** The first entry that is marked, or `most` if that is before it. */
  next(most: Index): Index {
    return this.#marks.reduce((least, { at }) => (at < least ? at : least), most);
  }

  /** Everything up to `applied` is applied. */
  reached(applied: Index, digest: () => string): void {
    if (this.#marks.length === 0) return;
    const due = this.#marks.filter(({ at }) => at <= applied);
    this.#marks = this.#marks.filter(({ at }) => at > applied);
    for (const { at, callback } of due)
      callback(at < applied ? undefined : digested(applied, digest));
  }
}

function digested(applied: Index, digest: () => string): Digest | Error {
  try {
    return { applied, sha256: digest() };
  } catch (error) {
    return error as Error;
  }
}
