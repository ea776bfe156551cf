import type { FaultMark, RecordedEvent } from "@kontiki/cli/recording";

/** What one can jump to. */
export type MarkKind = "election" | "crash" | "fault" | "violation";

export const MARK_KINDS: readonly MarkKind[] = ["election", "crash", "fault", "violation"];

/** An event that stands out. Events are counted from 0. */
export type Mark = {
  readonly kind: MarkKind;
  readonly event: number;
  readonly at: number;
  readonly node: string;
  readonly text: string;
};

/** A time during which a fault was in force, or a node led. `to` is undefined while it lasts. */
export type Span = {
  readonly name: string;
  readonly from: number;
  readonly to: number | undefined;
};

/** The term of a leader, with the node. */
export type Reign = Span & { readonly term: number };

/** The marks of a recording, as its events come. */
export class Marks {
  readonly all: Mark[] = [];
  readonly faults: Span[] = [];
  readonly reigns: Reign[] = [];
  readonly #openFaults = new Map<number, number>();
  readonly #roles = new Map<string, string>();
  readonly #terms = new Map<string, number>();
  /** The place of the last reign of each node that has not ended. */
  readonly #openReigns = new Map<string, number>();

  /** Takes note of an event. */
  add(event: RecordedEvent, index: number): void {
    const { type, at, node, text } = event;
    if (type === "ended" || type === "refused") {
      this.#mark("crash", event, index);
      this.#endReign(node, at);
      this.#roles.delete(node);
    } else if (type === "violation") this.#mark("violation", event, index);
    else if (event.fault !== undefined) this.#fault(event, index, text);
    for (const [name, change] of Object.entries(event.changes ?? {})) {
      const { term, role } = change.state ?? {};
      if (typeof term === "number") this.#terms.set(name, term);
      const now =
        typeof role === "object" && role !== null && "type" in role ? role.type : undefined;
      if (typeof now === "string") this.#role(name, now, event, index);
    }
  }

  /** The next mark of a kind after an event, or the last one before it. */
  near(kind: MarkKind, event: number, direction: 1 | -1): Mark | undefined {
    const ofKind = this.all.filter((mark) => mark.kind === kind);
    return direction === 1
      ? ofKind.find((mark) => mark.event > event)
      : ofKind.findLast((mark) => mark.event < event);
  }

  #role(node: string, role: string, event: RecordedEvent, index: number): void {
    const before = this.#roles.get(node);
    if (before === role) return;
    this.#roles.set(node, role);
    this.#endReign(node, event.at);
    if (role !== "leader") return;
    const term = this.#terms.get(node) ?? 0;
    this.all.push({
      kind: "election",
      event: index,
      at: event.at,
      node,
      text: `${node} leads term ${term}`,
    });
    this.#openReigns.set(node, this.reigns.length);
    this.reigns.push({ name: node, from: event.at, to: undefined, term });
  }

  #endReign(node: string, at: number): void {
    const place = this.#openReigns.get(node);
    const reign = place === undefined ? undefined : this.reigns[place];
    if (place === undefined || reign === undefined) return;
    this.reigns[place] = { ...reign, to: at };
    this.#openReigns.delete(node);
  }

  #fault(event: RecordedEvent, index: number, text: string): void {
    const { fault, at } = event;
    if (fault === undefined || fault.phase === "skipped") return;
    const place = this.#openFaults.get(fault.id);
    const span = place === undefined ? undefined : this.faults[place];
    if (fault.phase === "ended") {
      if (place !== undefined && span !== undefined) this.faults[place] = { ...span, to: at };
      this.#openFaults.delete(fault.id);
      return;
    }
    this.#mark("fault", event, index, text);
    this.#openFaults.set(fault.id, this.faults.length);
    this.faults.push({ name: faultLabel(fault), from: at, to: undefined });
  }

  #mark(kind: MarkKind, { at, node, text }: RecordedEvent, event: number, shown = text): void {
    this.all.push({ kind, event, at, node, text: node === "" ? shown : `${node} ${shown}` });
  }
}

/** A fault's name, with the nodes that it is about where the name does not say them. */
export function faultLabel({ name, nodes }: Pick<FaultMark, "name" | "nodes">): string {
  if (name.includes("*")) return name;
  const words = new Set(name.split(/[^\w-]+/));
  const others = nodes.filter((node) => !words.has(node));
  return [name, ...others].join(" ");
}
