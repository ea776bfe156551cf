import { KontikiError } from "@kontiki/actors";
import { surplus } from "@kontiki/actors/node";
import {
  toBeDeterministic,
  toBeLinearizable,
  toConverge,
  toHaveOneLeaderPerTerm,
} from "./matchers.ts";

type Matcher = (this: never, ...given: never[]) => unknown;

/** The same matcher, which refuses arguments that it does not take. @param most how many, without the value. */
function counted<Called extends Matcher>(name: string, most: number, matcher: Called): Called {
  const call = function (this: unknown, ...given: never[]): unknown {
    const wrong = surplus(name, most, given.slice(most + 1));
    if (wrong !== undefined) throw new KontikiError(wrong);
    return Reflect.apply(matcher, this, given);
  };
  return call as unknown as Called;
}

/** The matchers as `expect.extend` takes them. */
export const MATCHERS = {
  toBeDeterministic: counted("toBeDeterministic", 0, toBeDeterministic),
  toBeLinearizable: counted("toBeLinearizable", 2, toBeLinearizable),
  toConverge: counted("toConverge", 0, toConverge),
  toHaveOneLeaderPerTerm: counted("toHaveOneLeaderPerTerm", 0, toHaveOneLeaderPerTerm),
};
