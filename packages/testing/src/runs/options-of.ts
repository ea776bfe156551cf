import type { AnyFileModel } from "../check/models/index.ts";
import { keyValueSpecification } from "../check/models/specification.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import type { SimulateOptions } from "./simulate.ts";

/** What a simulation needs of a scenario's module. */
export function simulateOptions({ machine, specification }: ScenarioParts): SimulateOptions {
  return machine === undefined ? {} : { machine, specification };
}

/** What a scenario's history is judged by; undefined when it is not judged. */
export function modelOf({ machine, specification }: ScenarioParts): AnyFileModel | undefined {
  return (machine === undefined ? keyValueSpecification : specification)?.model;
}
