/** Something that a scenario function waits for, looked at after each event. */
type Condition = {
  readonly isMet: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/**
 * What a scenario function waits for. While nothing of it comes about nobody needs to give the function its turn, which
 * makes waiting cheap.
 */
export class Waits {
  readonly #conditions = new Set<Condition>();
  #pending = 0;
  #hasNews = false;

  /** How many promises have not been settled. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether something was settled since this was last asked. */
  takeNews(): boolean {
    const news = this.#hasNews;
    this.#hasNews = false;
    return news;
  }

  /** A promise that `begin` sees to: it gets the functions that settle it. */
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

  /** Calls `onMet` once the condition holds, or `onThrown` when it throws. The function that this gives calls it off. */
  when(isMet: () => boolean, onMet: () => void, onThrown: (error: unknown) => void): () => void {
    const condition = { isMet, resolve: onMet, reject: onThrown };
    this.#conditions.add(condition);
    return () => this.#conditions.delete(condition);
  }

  /** An event has happened. */
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
