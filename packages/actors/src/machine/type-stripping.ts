import { register } from "node:module";

/**
 * Lets this thread import TypeScript that needs only type stripping, as newer versions of Node do by themselves. Hooks
 * belong to a thread: a worker does not inherit them.
 */
export function stripTypes(): void {
  const { typescript } = process.features as { readonly typescript?: string | false };
  if (typescript === undefined || typescript === false)
    register("../machine/type-stripping-hooks.js", import.meta.url);
}

/** Whether a URL is that of a TypeScript file. */
export function isTypeScript(url: string): boolean {
  return /^file:[^?#]*\.m?ts(?:[?#]|$)/.test(url);
}
