import type { AnyFileModel } from "../check/models/index.ts";
import { keyValueSpecification } from "../check/models/specification.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import type { SimulateOptions } from "./simulate.ts";

/** What a simulation needs from a scenario's module. */
export function simulateOptions({ machine, specification }: ScenarioParts): SimulateOptions {
  return machine === undefined ? {} : { machine, specification };
}

/** The model that judges a scenario's history; undefined when it is not judged. */
export function modelOf({ machine, specification }: ScenarioParts): AnyFileModel | undefined {
  return (machine === undefined ? keyValueSpecification : specification)?.model;
}
