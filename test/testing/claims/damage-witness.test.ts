import type { Recovered } from "@kontiki/actors/node";
import { expect, test } from "vitest";
import { DamageWitness } from "../../../packages/testing/src/claims/damage-witness.ts";
import type { DiskContent } from "../../../packages/testing/src/claims/disk-content.ts";
import { entry } from "../../core/support/core.ts";

const at = (index: number, term: number) => ({ index, term, entry: entry(index, term) });

/** A log on a disk: the terms of its entries after `base`. */
function content(base: { index: number; term: number }, terms: readonly number[]): DiskContent {
  const entries = terms.map((term, place) => at(base.index + 1 + place, term));
  return {
    hard: { term: 7, votedFor: undefined },
    log: { base, entries },
    horizon: undefined,
  } as never;
}

/** A start that finds nothing after entry 2, and knows that the log went on. */
const recovered = {
  base: { index: 2, term: 1 },
  entries: [],
  horizon: { index: 9, term: 7 },
  salvage: undefined,
} as unknown as Recovered;

const durable = content({ index: 2, term: 1 }, [1, 1]);

test.each([
  ["was compacted, and its entries are in older files", content({ index: 3, term: 1 }, [1]), 3],
  ["was replaced by a later snapshot", content({ index: 9, term: 7 }, []), undefined],
  ["was replaced by a snapshot of another entry", content({ index: 3, term: 7 }, []), undefined],
])("of a log that %s, but not durably", (_name, written, missing) => {
  const witness = new DamageWitness();
  witness.damaged({ entries: [], snapshot: 9, isObscure: false });
  expect(witness.found(recovered, durable, written)?.index).toBe(missing);
});
