import { checkArgument } from "@kontiki/actors/node";
import type { AnyFileModel } from "../check/models/index.ts";
import { keyValueSpecification } from "../check/models/specification.ts";
import { givenParts } from "../scenario/given-parts.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import type { SimulateOptions } from "./simulation.ts";

/** What a simulation needs from a scenario's module. */
export function simulateOptions(parts: ScenarioParts): SimulateOptions {
  checkArgument("simulateOptions", "parts", givenParts, parts);
  const { machine, specification, invariant, throws } = parts;
  return {
    ...(machine !== undefined && { machine, specification }),
    ...(invariant !== undefined && { invariant }),
    ...(throws !== undefined && { throws }),
  };
}

/** The model that judges a scenario's history; undefined when it is not judged. */
export function modelOf(parts: ScenarioParts): AnyFileModel | undefined {
  checkArgument("modelOf", "parts", givenParts, parts);
  const { machine, specification } = parts;
  const judging = machine === undefined ? keyValueSpecification : specification;
  return judging === "none" ? undefined : judging?.model;
}
