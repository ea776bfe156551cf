import type { FileModel } from "../model.ts";
import { steady } from "../steady.ts";
import { keyValue } from "./key-value.ts";
import { listAppend } from "./list-append.ts";
import { lock } from "./lock.ts";
import { queue } from "./queue.ts";
import { register } from "./register.ts";
import { set } from "./set.ts";
import { txnListAppend } from "./txn-list-append.ts";
import { txnRegister } from "./txn-register.ts";

/** A model for history files, with any states, inputs and outputs. */
export type AnyFileModel = FileModel<unknown, unknown, unknown>;

/** The models that come with the package, by name. */
export const models = {
  register,
  "key-value": keyValue,
  "list-append": listAppend,
  queue,
  lock,
  set,
  "txn-register": txnRegister,
  "txn-list-append": txnListAppend,
} as const satisfies Readonly<Record<string, AnyFileModel>>;

for (const model of Object.values(models)) steady(model);

/** The name of a model that comes with the package. */
export type ModelName = keyof typeof models;
