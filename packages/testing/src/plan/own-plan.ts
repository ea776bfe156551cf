import { inspect } from "#platform";
import { checkArgument, shown } from "@kontiki/actors/node";
import { Chance } from "../chance.ts";
import { copyPlain, unaskable } from "../history/plain.ts";
import { givenSeed } from "./given-plan.ts";
import { Surroundings } from "../surroundings.ts";
import type { Plan } from "./plan.ts";
import { planOf } from "./plan-of.ts";
import { givenParts } from "../scenario/given-parts.ts";
import { partError } from "../scenario/check-parts.ts";
import { unknownName } from "../scenario/written/values.ts";
import type { OwnCommand, ScenarioParts } from "../scenario/parts.ts";

/**
 * Draws the plan of a scenario that may have its own commands. Times and clients are the same as for the key-value
 * machine; the commands come from the scenario's generator.
 *
 * @param seed a whole number from 0 to 2^32 - 1.
 * @throws ScenarioError when that generator throws, or gives anything but a command.
 */
export function planOfParts(parts: ScenarioParts, seed: number): Plan {
  checkArgument("planOfParts", "parts", givenParts, parts);
  checkArgument("planOfParts", "seed", givenSeed, seed);
  const { scenario, commands } = parts;
  const plan = planOf(scenario, seed);
  if (commands === undefined) return plan;
  const chance = new Chance(seed).fork("own commands");
  const around = new Surroundings(() => 0, chance.fork("outside"));
  const operations = plan.operations.map((operation) => {
    const own = drawn(scenario.name, () =>
      around.during(() => commands(chance.fork(String(operation.id)), operation.client)),
    );
    const { command, read = false } = checkedCommand(own, scenario.name);
    const what = unaskable(command);
    if (what !== undefined)
      throw partError(scenario.name, "commands", `gives ${what.what} in a command: ${what.give}`);
    return { ...operation, command: copyPlain(command), read };
  });
  return { ...plan, operations };
}

function drawn(source: string, draw: () => OwnCommand): unknown {
  try {
    return draw();
  } catch (cause) {
    const thrown = cause instanceof Error ? `${cause.name}: ${cause.message}` : inspect(cause);
    throw Object.assign(partError(source, "commands", `throws ${thrown}`), { cause });
  }
}

const NAMES = ["command", "read"];

function checkedCommand(own: unknown, source: string): OwnCommand {
  const wrong = (text: string): Error => partError(source, "commands", text);
  if (typeof own !== "object" || own === null || !("command" in own)) {
    const given = inspect(own, { depth: 0, breakLength: Infinity, maxStringLength: 60 });
    throw wrong(`gives ${given}: give { command, read? } for each client`);
  }
  const stranger = Object.keys(own).find((name) => !NAMES.includes(name));
  if (stranger !== undefined)
    throw wrong(`gives ${stranger} beside a command, which ${unknownName(stranger, NAMES)}`);
  const { read } = own as { readonly read?: unknown };
  if (read !== undefined && typeof read !== "boolean")
    throw wrong(`gives read: ${shown(read)}: give true for a question, or leave it out`);
  return own as OwnCommand;
}
