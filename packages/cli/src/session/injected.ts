import type { FaultInForce } from "@kontiki/testing";
import { faultLines } from "../render/fault-text.ts";
import { CommandFailed } from "./answer.ts";
import type { Arguments } from "./arguments.ts";
import type { SessionFaults } from "./context.ts";
import type { Shows } from "./verb.ts";

/** For faults, one line each. */
export const showsFaults: Shows<readonly FaultInForce[]> = {
  text: (faults, colors) => (faults.length === 0 ? colors.dim("(no fault)") : faultLines(faults)),
  json: (faults) => faults,
};

/** The field for how long a fault lasts, if the rest of the command says so, and nothing else. */
export function lastingFor(args: Arguments, verb: string): { readonly for?: string } {
  if (args.left === 0) return {};
  if (!args.option("--for")) throw args.unknown(verb);
  const time = args.word().text;
  if (args.left > 0) throw args.unknown(verb);
  return { for: time };
}

/** Injects all of these faults, or none of them when one is not possible. */
export async function injectAll(
  faults: SessionFaults,
  written: readonly object[],
): Promise<readonly FaultInForce[]> {
  const begun: FaultInForce[] = [];
  try {
    for (const one of written) begun.push(await faults.inject(one));
  } catch (error) {
    await faults.heal(({ id }) => begun.some((other) => other.id === id));
    throw error;
  }
  return begun;
}

const UNITS = { ms: 1, s: 1000, m: 60_000 } as const;

/** A time such as 50ms, 1.5s or 2m, in whole ms, rounded up as in scenarios. @throws CommandFailed */
export function timeIn(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (count === undefined)
    throw new CommandFailed(`a time is written as 50ms, 1.5s or 2m, not ${JSON.stringify(text)}`);
  return Math.ceil(Number(count) * UNITS[unit as keyof typeof UNITS]);
}
