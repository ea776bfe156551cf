/** Batches as fast-check draws them. */
import * as fc from "fast-check";
import {
  type Write,
  type Batch,
  command,
  noop,
  members,
  append,
  truncate,
  compact,
  install,
  hardState,
} from "./model.ts";

/** Batches that follow each other as those of a node do. */
export function batchesOf(bounds: { readonly max: number }): fc.Arbitrary<Batch[]> {
  const wish = fc.oneof(
    fc.record({ type: fc.constant("vote" as const), newTerm: fc.boolean(), node: fc.nat(2) }),
    fc.record({
      type: fc.constant("append" as const),
      commands: fc.array(
        fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom("noop" as const, 7 as const)),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    fc.record({ type: fc.constant("truncate" as const), drop: fc.nat(3) }),
  );
  const snapshot = fc.record({
    type: fc.constantFrom("compact" as const, "compact" as const, "install" as const),
    ahead: fc.nat(4),
    kept: fc.nat(3),
  });
  const turn = fc
    .record({
      wishes: fc.array(wish, { minLength: 1, maxLength: 3 }),
      snapshot: fc.option(snapshot, { freq: 1 }),
      after: fc.array(wish, { maxLength: 1 }),
    })
    .map(({ wishes, snapshot: taken, after }) => [
      ...wishes,
      ...(taken === null ? [] : [taken]),
      ...after,
    ]);
  return fc.array(turn, { minLength: 1, maxLength: bounds.max }).map((turns) => {
    const node: Model = { term: 0, vote: undefined, base: 0, terms: [0], snapshot: 0 };
    return turns.map((wishes) => wishes.flatMap((one) => granted(one, node)));
  });
}

type Wish =
  | { readonly type: "vote"; readonly newTerm: boolean; readonly node: number }
  | { readonly type: "append"; readonly commands: readonly (string | 7)[] }
  | { readonly type: "truncate"; readonly drop: number }
  | { readonly type: "compact" | "install"; readonly ahead: number; readonly kept: number };

/** What is known of a node whose batches are made up: `terms` are those of the entries from `base` on. */
type Model = {
  term: number;
  vote: string | undefined;
  base: number;
  terms: number[];
  snapshot: number;
};

function granted(wish: Wish, node: Model): Write[] {
  const last = node.base + node.terms.length - 1;
  switch (wish.type) {
    case "vote":
      if (wish.newTerm) node.vote = undefined;
      if (wish.newTerm) node.term += 1;
      node.vote ??= `n${wish.node}`;
      return [hardState(node.term, node.vote)];
    case "append": {
      const entries = wish.commands.map((text, place) => {
        node.terms.push(node.term);
        const at = last + 1 + place;
        if (text === 7) return members(at, node.term);
        return text === "noop" ? noop(at, node.term) : command(at, node.term, text);
      });
      return [append(...entries)];
    }
    case "truncate": {
      const after = Math.max(node.snapshot, last - wish.drop);
      node.terms.length = after - node.base + 1;
      return [laterTerm(node), truncate(after)];
    }
    case "compact": {
      const at = Math.min(last, node.snapshot + 1 + wish.ahead);
      if (at <= node.snapshot) return [];
      const of = node.terms[at - node.base] ?? 0;
      node.snapshot = at;
      const upTo = Math.max(node.base, at - wish.kept);
      node.terms = node.terms.slice(upTo - node.base);
      const isMore = upTo > node.base;
      node.base = upTo;
      return [compact(at, of, isMore ? upTo : 0)];
    }
    case "install": {
      const at = node.snapshot + 1 + wish.ahead;
      const later = laterTerm(node);
      node.snapshot = at;
      node.base = at;
      node.terms = [node.term];
      return [later, install(at, node.term)];
    }
    default:
      return wish satisfies never;
  }
}

/** Entries are replaced only by those of a later leader: index and term identify an entry (§5.3). */
function laterTerm(node: Model): Write {
  node.term += 1;
  node.vote = undefined;
  return hardState(node.term);
}
