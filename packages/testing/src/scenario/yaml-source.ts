import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from "yaml";
import type { Complaint, Path } from "./complaint.ts";
import { ScenarioError, type PlacedComplaint, type TextPlace } from "./scenario-error.ts";

/** The data of a YAML text, and the place of each part in the text. */
export class YamlSource {
  /** Its content as plain data. */
  readonly value: unknown;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  /** @throws ScenarioError for text that is not YAML 1.2; `source` names the text in the message. */
  constructor(text: string, source: string) {
    const options = { lineCounter: this.#lines, prettyErrors: false, logLevel: "error" } as const;
    this.#document = parseDocument(text, options);
    const wrong = this.#document.errors.map(({ code, message, pos: [start] }) => ({
      path: [],
      on: "value" as const,
      text:
        code === "MULTIPLE_DOCS"
          ? "a second document begins here: a scenario is one"
          : `this is not YAML: ${message}`,
      place: this.#placeAt(start),
    }));
    if (wrong.length > 0) throw new ScenarioError(source, wrong);
    this.value = this.#toData(source);
  }

  /** Aliases are resolved last: their anchor may be missing, or may expand to too much. */
  #toData(source: string): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      const text = `this is not YAML: ${error instanceof Error ? error.message : String(error)}`;
      const place = this.#placeAt(this.#strayAlias() ?? 0);
      throw new ScenarioError(source, [{ path: [], on: "value", text, place }]);
    }
  }

  #strayAlias(): number | undefined {
    let offset: number | undefined;
    visit(this.#document, {
      Alias: (_key, alias) => {
        if (alias.resolve(this.#document) === undefined) offset ??= startOf(alias);
      },
    });
    return offset;
  }

  /** The complaint with its place: that of the last step of its path that is in the text. */
  placed(complaint: Complaint): PlacedComplaint {
    return { ...complaint, place: this.#placeAt(this.#offsetOf(complaint)) };
  }

  #offsetOf({ path, on }: Complaint): number {
    let node: unknown = this.#document.contents;
    let offset = startOf(node);
    for (const [at, step] of path.entries()) {
      const next = childOf(this.#resolved(node), step);
      // A bare value stands for a field that is not written.
      if (next === undefined) continue;
      node = next.value;
      const isLast = at === path.length - 1;
      // A name may have no value, and then the value has no place.
      offset = (isLast && on === "key" ? undefined : startOf(node)) ?? startOf(next.key) ?? offset;
    }
    return offset ?? 0;
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #placeAt(offset: number): TextPlace {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function childOf(
  node: unknown,
  step: Path[number],
): { readonly key: unknown; readonly value: unknown } | undefined {
  if (isSeq(node))
    return step in node.items ? { key: undefined, value: node.items[Number(step)] } : undefined;
  if (!isMap(node)) return undefined;
  return node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
}

/** Where a node begins; undefined for one that is not written, such as the value of `crash:`. */
function startOf(node: unknown): number | undefined {
  const { range } = (node ?? {}) as Partial<Node>;
  return range === null || range === undefined || range[0] === range[1] ? undefined : range[0];
}
