import { KontikiError } from "@kontiki/actors";
import { filesOf } from "./files.ts";
import { addressesOf, type NatsOptions } from "./options.ts";

/** A line that says what is wrong with an address or a file of these options; undefined if nothing is. */
export function natsProblem(options: NatsOptions): string | undefined {
  const addresses = addressesOf(options.servers);
  if (typeof addresses === "string") return addresses;
  try {
    filesOf(options);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof KontikiError) return thrown.message;
    throw thrown;
  }
}
