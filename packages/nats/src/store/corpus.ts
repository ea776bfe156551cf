import type { KeptPlan } from "@kontiki/testing";
import { fields, isRecord, listOf, needed, whole } from "@kontiki/actors/node";
import { Objm, type ObjectStore } from "@nats-io/obj";
import type { NatsConnection } from "@nats-io/transport-node";
import { packedJson, unpackedJson } from "../campaign/bytes.ts";
import { insist, type OnRetry } from "./insist.ts";

/** Plans of one range. */
const PLANS = listOf(
  fields<KeptPlan>({
    scenario: needed(whole(0)),
    seed: needed(whole(0, 2 ** 32 - 1)),
    changes: needed(listOf(whole(0, 2 ** 32 - 1), "a list of the numbers of changes")),
  }),
  "a list of plans",
);

/** The plans that the ranges of a guided campaign kept: an object of an object store for each range. */
export class SharedCorpus {
  readonly #objects: Objm;
  readonly #stores = new Map<string, Promise<ObjectStore>>();
  /** What was read, by the names of its objects: they never change. */
  readonly #read = new Map<string, readonly KeptPlan[]>();

  constructor(connection: NatsConnection) {
    this.#objects = new Objm(connection);
  }

  /** Makes the store of a campaign. */
  async make(id: string, replicas: number): Promise<void> {
    await insist(() => this.#objects.create(bucketOf(id), { replicas }));
  }

  /** Adds what a range kept. */
  async put(
    id: string,
    range: number,
    plans: readonly KeptPlan[],
    onRetry?: OnRetry,
  ): Promise<void> {
    if (plans.length === 0) return;
    const store = await this.#store(id);
    const meta = { name: `range-${range}` };
    await insist(() => store.putBlob(meta, packedJson(plans)), undefined, onRetry);
  }

  /** All plans that ranges kept up to now, in the order of the ranges. */
  async plans(id: string): Promise<readonly KeptPlan[]> {
    const store = await this.#store(id);
    const names = (await insist(() => store.list())).map(({ name }) => name);
    const found: (readonly KeptPlan[])[] = [];
    for (const name of names.toSorted(byRange)) found.push(await this.#plansOf(store, id, name));
    return found.flat();
  }

  /** Removes the store of a campaign. */
  async remove(id: string): Promise<void> {
    const store = await this.#store(id).catch(() => undefined);
    await store?.destroy();
  }

  async #plansOf(store: ObjectStore, id: string, name: string): Promise<readonly KeptPlan[]> {
    const key = `${id} ${name}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const blob = await store.getBlob(name).catch(() => null);
    if (blob === null) return [];
    const plans = plansIn(unpackedJson(blob));
    this.#read.set(key, plans);
    return plans;
  }

  #store(id: string): Promise<ObjectStore> {
    const known = this.#stores.get(id);
    if (known !== undefined) return known;
    const opened = insist(() => this.#objects.open(bucketOf(id)));
    this.#stores.set(id, opened);
    opened.catch(() => this.#stores.delete(id));
    return opened;
  }
}

function bucketOf(id: string): string {
  return `KONTIKI_CORPUS_${id}`;
}

function plansIn(value: unknown): readonly KeptPlan[] {
  if (isRecord(value) || PLANS(value, "corpus") !== undefined) return [];
  return value as readonly KeptPlan[];
}

function byRange(one: string, other: string): number {
  return Number(one.replace("range-", "")) - Number(other.replace("range-", ""));
}
