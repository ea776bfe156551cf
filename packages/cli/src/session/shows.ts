import { plainText } from "../render/quoting.ts";
import type { Shows } from "./verb.ts";

/** For a verb whose only answer is that it succeeded. */
export const showsOk: Shows<void> = { text: () => "ok", json: () => null };

/** For the value of a key; null when the key is absent. */
export const showsValue: Shows<string | null> = {
  text: (value, colors) => (value === null ? colors.dim("(absent)") : plainText(value)),
  json: (value) => value,
};

/** For a node that may not exist. */
export const showsNode: Shows<string | null> = {
  text: (node, colors) => node ?? colors.dim("(none)"),
  json: (node) => node,
};

/** A node, and what it is after the command. */
export type Changed = { readonly node: string; readonly now: string };

export const showsChange: Shows<Changed> = {
  text: ({ node, now }) => `${node} ${now}`,
  json: ({ node }) => node,
};
