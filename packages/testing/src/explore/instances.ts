import { LARGE } from "./large-instances.ts";
import type { NamedInstance } from "./named-instance.ts";
import { SMALL } from "./small-instances.ts";

/** Small explorations by name, with exact counts: the tests explore all of them, and the large ones on demand. */
export const INSTANCES: readonly NamedInstance[] = [...SMALL, ...LARGE];
