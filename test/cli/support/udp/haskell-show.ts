/** A value as Haskell's `show` writes it. */
export type Shown =
  | { readonly type: "text"; readonly bytes: string }
  | { readonly type: "number"; readonly value: bigint }
  | { readonly type: "list" | "tuple"; readonly items: readonly Shown[] }
  | {
      readonly type: "constructor";
      readonly name: string;
      readonly arguments: readonly Shown[];
      readonly fields: Readonly<Record<string, Shown>>;
    };

/** Reads what `show` wrote. @throws Error where it could not have written that. */
export function readShow(text: string): Shown {
  const reader = new ShowReader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class ShowReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    if (this.#at < this.#text.length) this.#fail("the end");
  }

  value(): Shown {
    const name = this.#match(/[A-Za-z_]\w*/y);
    if (name === undefined) return this.#atom();
    if (this.#skip(" {"))
      return { type: "constructor", name, arguments: [], fields: this.#fields() };
    const given: Shown[] = [];
    while (this.#skip(" ")) given.push(this.#atom());
    return { type: "constructor", name, arguments: given, fields: {} };
  }

  #atom(): Shown {
    if (this.#skip('"')) return { type: "text", bytes: this.#bytes() };
    if (this.#skip("[")) return { type: "list", items: this.#items("]") };
    if (this.#skip("(")) {
      const items = this.#items(")");
      const [only] = items;
      return only !== undefined && items.length === 1 ? only : { type: "tuple", items };
    }
    const number = this.#match(/-?\d+/y);
    if (number !== undefined) return { type: "number", value: BigInt(number) };
    const name = this.#match(/[A-Z]\w*/y) ?? this.#fail("a value");
    return { type: "constructor", name, arguments: [], fields: {} };
  }

  #items(close: string): Shown[] {
    const items: Shown[] = [];
    if (this.#skip(close)) return items;
    do items.push(this.value());
    while (this.#skip(","));
    if (!this.#skip(close)) this.#fail(close);
    return items;
  }

  #fields(): Record<string, Shown> {
    const fields: Record<string, Shown> = {};
    do {
      const name = this.#match(/_?[a-z]\w*/y) ?? this.#fail("a field");
      if (!this.#skip(" = ")) this.#fail("=");
      fields[name] = this.value();
    } while (this.#skip(", "));
    if (!this.#skip("}")) this.#fail("}");
    return fields;
  }

  #bytes(): string {
    const body = this.#match(/(?:[^"\\]|\\.)*/y) ?? "";
    if (!this.#skip('"')) this.#fail('"');
    return body;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #fail(wanted: string): never {
    const here = this.#text.slice(this.#at, this.#at + 40);
    throw new Error(`column ${this.#at + 1}: ${wanted} should stand before "${here}"`);
  }
}
