import type { Operation } from "../history/history.ts";
import type { Model } from "./model.ts";
import { UnreadCall } from "./unread-call.ts";

/**
 * The operations on each object, by its name. An object is what the history's key and the model's `partition` name
 * together, so a model needs no `partition` for the keys of a file.
 */
export function byObject<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: Pick<Model<never, Input, Output>, "partition">,
): ReadonlyMap<string, readonly Operation<Input, Output>[]> {
  const objects = new Map<string, Operation<Input, Output>[]>();
  for (const operation of operations) {
    const name = objectOf(operation, model);
    const object = objects.get(name);
    if (object === undefined) objects.set(name, [operation]);
    else object.push(operation);
  }
  return objects;
}

/** The name of the object that an operation addresses; "" when there is only one. */
export function objectOf<Input, Output>(
  { input, object = "" }: Operation<Input, Output>,
  { partition }: Pick<Model<never, Input, Output>, "partition">,
): string {
  if (partition === undefined || input instanceof UnreadCall) return object;
  const part = partition(input);
  // A model that splits by the key itself names it as the history does, or as plain text.
  if (object === "" || object === part || object === JSON.stringify(part)) return part;
  // As JSON, because a part may be any text: two objects never share a name.
  return part === "" ? object : JSON.stringify([object, part]);
}
