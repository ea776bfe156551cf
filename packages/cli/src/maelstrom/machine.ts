import type { StateMachine } from "@kontiki/actors";
import { keyText, type Json } from "./json.ts";

/** A command: of the workload lin-kv, or of broadcast. */
export type MaelstromCommand =
  /** The result is null. */
  | { readonly type: "write"; readonly key: Json; readonly value: Json }
  /** Sets `key` to `to` if its value is `from`; an absent key is only set if `create`. The result is a {@link CasResult}. */
  | {
      readonly type: "cas";
      readonly key: Json;
      readonly from: Json;
      readonly to: Json;
      readonly create: boolean;
    }
  /** Adds a message. The result is null. */
  | { readonly type: "broadcast"; readonly message: Json };

/** A question. */
export type MaelstromQuery =
  /** The answer is a list with the value; an empty one if there is none. */
  | { readonly type: "read"; readonly key: Json }
  /** The answer is a list of all messages. */
  | { readonly type: "messages" };

/** How a compare-and-set ended: done, the key does not exist, or it has another value. */
export type CasResult = "done" | "absent" | "different";

type State = {
  readonly pairs: readonly (readonly [string, Json])[];
  readonly messages: readonly (readonly [string, Json])[];
};

/** The state behind Maelstrom's workloads lin-kv and broadcast: a map, and a set of messages. */
export class MaelstromMachine implements StateMachine<MaelstromCommand | MaelstromQuery, Json> {
  /** Keys are texts of JSON. */
  #pairs = new Map<string, Json>();
  #messages = new Map<string, Json>();

  apply(command: MaelstromCommand | MaelstromQuery): Json {
    switch (command.type) {
      case "write":
        this.#pairs.set(keyText(command.key), command.value);
        return null;
      case "cas":
        return this.#compareAndSet(command);
      case "broadcast":
        this.#messages.set(keyText(command.message), command.message);
        return null;
      default:
        return this.query(command);
    }
  }

  query(query: MaelstromCommand | MaelstromQuery): Json {
    if (query.type === "messages") return [...this.#messages.values()];
    const value = this.#pairs.get(keyText("key" in query ? query.key : null));
    return value === undefined ? [] : [value];
  }

  snapshot(): State {
    return { pairs: sorted(this.#pairs), messages: sorted(this.#messages) };
  }

  restore(snapshot: unknown): void {
    const { pairs, messages } = snapshot as State;
    this.#pairs = new Map(pairs);
    this.#messages = new Map(messages);
  }

  #compareAndSet({
    key,
    from,
    to,
    create,
  }: MaelstromCommand & { readonly type: "cas" }): CasResult {
    const name = keyText(key);
    const value = this.#pairs.get(name);
    if (value === undefined && !create) return "absent";
    if (value !== undefined && keyText(value) !== keyText(from)) return "different";
    this.#pairs.set(name, to);
    return "done";
  }
}

/** Equal for equal states, whatever their history. */
function sorted(map: ReadonlyMap<string, Json>): readonly (readonly [string, Json])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
