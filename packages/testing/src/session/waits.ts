/** A condition that a scenario function waits for, checked after each event. */
type Condition = {
  readonly isMet: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Everything that a scenario function waits for. As long as no wait is settled, the function need not run, which makes
 * waiting cheap.
 */
export class Waits {
  readonly #conditions = new Set<Condition>();
  #pending = 0;
  #hasNews = false;

  /** How many promises are pending. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether a promise was settled since the last call. */
  takeNews(): boolean {
    const news = this.#hasNews;
    this.#hasNews = false;
    return news;
  }

  /** Makes a promise; `begin` gets the functions that settle it. */
  promise<T>(
    begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T> {
    this.#pending += 1;
    return new Promise<T>((resolve, reject) => {
      begin(
        (value) => {
          this.#settled();
          resolve(value);
        },
        (error) => {
          this.#settled();
          reject(error);
        },
      );
    });
  }

  /** Calls `onMet` once the condition holds, or `onThrown` when it throws. The returned function cancels both. */
  when(isMet: () => boolean, onMet: () => void, onThrown: (error: unknown) => void): () => void {
    const condition = { isMet, resolve: onMet, reject: onThrown };
    this.#conditions.add(condition);
    return () => this.#conditions.delete(condition);
  }

  /** Checks all conditions, after an event. */
  look(): void {
    for (const condition of this.#conditions) {
      try {
        if (!condition.isMet()) continue;
        condition.resolve();
      } catch (error) {
        condition.reject(error);
      }
      this.#conditions.delete(condition);
    }
  }

  #settled(): void {
    this.#pending -= 1;
    this.#hasNews = true;
  }
}
