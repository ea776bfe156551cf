import { readdirSync, readFileSync } from "node:fs";
import type { Format, ModelName, ReadingOptions } from "@kontiki/testing";
import { recordedData } from "../../core/support/recorded-data.ts";

/** A recorded history, and whether it is linearizable. */
export type Sample = {
  readonly name: string;
  readonly format: Format;
  readonly model: ModelName;
  /** How it was read by those who judged it. */
  readonly reading: ReadingOptions;
  readonly isLinearizable: boolean;
  readonly text: () => string;
};

const FOLDER = recordedData("porcupine");

/** Whether the samples exist on this machine. */
export const hasSamples = FOLDER !== undefined;

/** Jepsen's histories of etcd, and four of a key-value store, with the verdicts of Porcupine. */
export const samples: readonly Sample[] =
  FOLDER === undefined ? [] : readdirSync(FOLDER).flatMap((name) => sampleOf(FOLDER, name));

function sampleOf(folder: URL, name: string): readonly Sample[] {
  const text = (): string => readFileSync(new URL(name, folder), "utf8");
  if (name.endsWith(".log")) {
    const verdicts = JSON.parse(readFileSync(new URL("verdicts.json", folder), "utf8")) as Readonly<
      Record<string, boolean>
    >;
    const isLinearizable = verdicts[name];
    if (isLinearizable === undefined) throw new Error(`${name} has no verdict`);
    const reading = { failedCas: "observed" } as const;
    return [{ name, format: "jepsen", model: "register", reading, isLinearizable, text }];
  }
  if (!name.startsWith("kv-")) return [];
  const isLinearizable = name.endsWith("-ok.txt");
  // In that store a text is empty before it is written.
  const reading = { initial: "" } as const;
  return [{ name, format: "edn", model: "key-value", reading, isLinearizable, text }];
}
