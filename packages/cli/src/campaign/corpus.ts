import type { KeptPlan } from "@kontiki/testing";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { EXIT_TOOL } from "../host/host.ts";
import { makeFolder } from "../host/make-folder.ts";
import { readText } from "../host/read-text.ts";
import { badInput, CheckFailure } from "../output/check-failure.ts";
import { messageOf, reasonOf } from "../output/error-text.ts";
import { writeWhole } from "../output/whole-file.ts";

/** A plan as a corpus has it: by the name of its scenario, whatever else a later campaign runs. */
type Saved = Omit<KeptPlan, "scenario"> & { readonly scenario: string };

/**
 * The plans that a folder has for these scenarios, in the order of their files' names. Makes the folder if it is not there.
 *
 * @throws CheckFailure for a file that is no plan.
 */
export async function readCorpus(
  folder: string,
  scenarios: readonly string[],
): Promise<readonly KeptPlan[]> {
  try {
    const names = (await namesIn(folder)).filter((name) => name.endsWith(".json")).toSorted();
    const saved = names.map((name) => read(join(folder, name)));
    return saved.flatMap(({ scenario, ...plan }) => {
      const at = scenarios.indexOf(scenario);
      return at === -1 ? [] : [{ ...plan, scenario: at }];
    });
  } catch (error) {
    throw badInput(messageOf(error));
  }
}

/**
 * Adds plans to a folder, each as one small file, so that the machines of a fleet may share it: several may keep the same plan
 * at one time.
 *
 * @throws CheckFailure when one cannot be written
 */
export async function writeCorpus(
  folder: string,
  scenarios: readonly string[],
  kept: readonly KeptPlan[],
): Promise<void> {
  for (const { scenario, seed, changes } of kept) {
    const saved: Saved = { scenario: scenarios[scenario] ?? "", seed, changes };
    const digest = crc32(changes.join(" ")).toString(36);
    const path = join(folder, `${saved.scenario}-${seed}-${digest}.json`);
    try {
      await writeWhole(path, `${JSON.stringify(saved)}\n`);
    } catch (error) {
      throw new CheckFailure(`cannot write ${path}: ${reasonOf(error)}`, EXIT_TOOL);
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    makeFolder(folder);
    return await readdir(folder);
  } catch (error) {
    throw badInput(`cannot use --corpus ${folder}: ${reasonOf(error)}`);
  }
}

function read(path: string): Saved {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    throw badInput(`cannot read ${path}: ${reasonOf(error)}`);
  }
  try {
    const { scenario, seed, changes } = JSON.parse(text) as Partial<Saved>;
    if (typeof scenario === "string" && isNumber(seed) && changes?.every(isNumber) === true)
      return { scenario, seed, changes };
  } catch {
    // Told below, with the place.
  }
  throw badInput(`${path} is not a plan of a corpus: remove it, or give another folder`);
}

function isNumber(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 32;
}
