import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Format, ModelName } from "@kontiki/testing";

/** A recorded history, and whether it is linearizable. */
export type Sample = {
  readonly name: string;
  readonly format: Format;
  readonly model: ModelName;
  readonly isLinearizable: boolean;
  readonly text: () => string;
};

/** Where other people's histories lie beside the checkout, or not. */
const FOLDER = new URL("../../../../shared/data/porcupine/", import.meta.url);

/** Whether there are samples at all. */
export const hasSamples = existsSync(FOLDER);

/** Jepsen's histories of etcd and four of a key-value store, with the verdicts that Porcupine has for them. */
export const samples: readonly Sample[] = hasSamples ? readdirSync(FOLDER).flatMap(sampleOf) : [];

function sampleOf(name: string): readonly Sample[] {
  const text = (): string => readFileSync(new URL(name, FOLDER), "utf8");
  if (name.endsWith(".log")) {
    const verdicts = JSON.parse(readFileSync(new URL("verdicts.json", FOLDER), "utf8")) as Readonly<
      Record<string, boolean>
    >;
    const isLinearizable = verdicts[name];
    if (isLinearizable === undefined) throw new Error(`${name} has no verdict`);
    return [{ name, format: "jepsen", model: "register", isLinearizable, text }];
  }
  if (!name.startsWith("kv-")) return [];
  const isLinearizable = name.endsWith("-ok.txt");
  return [{ name, format: "edn", model: "key-value", isLinearizable, text }];
}
