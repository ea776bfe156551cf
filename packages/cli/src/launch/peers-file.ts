import type { Peers } from "@kontiki/actors";
import { readText } from "../host/read-text.ts";
import { messageOf, reasonOf } from "../output/error-text.ts";

/** What a file of peers has, of which only the form of JSON was checked; or in one line why it cannot be read. */
export function peersIn(path: string): Peers | string {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    return `cannot read --peers ${path}: ${reasonOf(error)}`;
  }
  const form = 'give { "cluster": "<id>", "hosts": { "a": ["n1"], ... } }';
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Peers;
    return `--peers ${path} is no object of JSON: ${form}`;
  } catch (error) {
    return `--peers ${path} is not JSON (${messageOf(error)}): ${form}`;
  }
}
