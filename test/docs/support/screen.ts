const ESCAPE = "\u001b";
/** Column N, clear to the end of the screen or the row, the ends of a line, and text. */
const PARTS = new RegExp(
  String.raw`${ESCAPE}\[(\d*)G|${ESCAPE}\[0?[JK]|\r|\n|[^${ESCAPE}\r\n]+`,
  "g",
);
const UNFINISHED = new RegExp(String.raw`${ESCAPE}(?:\[\d*)?$`);

/**
 * As much of a terminal as the prompt needs: it writes from the first column, and clears from there to the end.
 */
export class Screen {
  readonly #prompt: string;
  #rows: string[] = [""];
  #column = 0;
  /** The beginning of an escape sequence whose end has not come yet. */
  #unfinished = "";
  readonly #watchers = new Set<() => void>();

  constructor(prompt: string) {
    this.#prompt = prompt;
  }

  /** The lines that are complete, without prompts and what was typed. */
  get lines(): readonly string[] {
    return this.#rows
      .slice(0, -1)
      .map((row) => row.trimEnd())
      .filter((row) => row !== "" && !row.startsWith(this.#prompt.trimEnd()));
  }

  /** Forgets all lines but the last. */
  clear(): void {
    this.#rows = this.#rows.slice(-1);
  }

  write(more: string): void {
    const text = this.#unfinished + more;
    this.#unfinished = UNFINISHED.exec(text)?.[0] ?? "";
    const finished = text.slice(0, text.length - this.#unfinished.length);
    // Moving right never leaves what the prompt has written, and moving by rows is for input that is longer than a row.
    for (const [part, column] of finished.matchAll(PARTS)) {
      const row = this.#rows.at(-1) ?? "";
      if (part === "\n") this.#newRow();
      else if (part === "\r") this.#column = 0;
      else if (part.endsWith("G") && column !== undefined) this.#column = Number(column) - 1;
      else if (part.startsWith(ESCAPE)) this.#setRow(row.slice(0, this.#column));
      else {
        this.#setRow(row.slice(0, this.#column) + part + row.slice(this.#column + part.length));
        this.#column += part.length;
      }
    }
    for (const watch of this.#watchers) watch();
  }

  /** Waits until the prompt waits for input after at least this many lines, or the program ends, or time is up. */
  async until(count: number, ms: number, exit: Promise<unknown>): Promise<void> {
    const isDone = (): boolean =>
      this.lines.length >= count && this.#rows.at(-1)?.trimEnd() === this.#prompt.trimEnd();
    let watch = (): void => undefined;
    const shown = new Promise<void>((resolve) => {
      watch = () => {
        if (isDone()) resolve();
      };
    });
    this.#watchers.add(watch);
    watch();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([shown, exit, late]);
    clearTimeout(timer);
    this.#watchers.delete(watch);
  }

  #newRow(): void {
    this.#rows.push("");
    this.#column = 0;
  }

  #setRow(row: string): void {
    this.#rows[this.#rows.length - 1] = row;
  }
}
