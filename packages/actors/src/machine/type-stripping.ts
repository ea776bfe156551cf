import { register } from "node:module";

/**
 * Lets this thread import TypeScript whose types need only be stripped, as newer versions of Node do by themselves.
 * Hooks belong to a thread: a worker does not inherit them.
 */
export function stripTypes(): void {
  const { typescript } = process.features as { readonly typescript?: string | false };
  if (typescript === undefined || typescript === false)
    register("./type-stripping-hooks.js", import.meta.url);
}

/** Whether a module's URL is of TypeScript. */
export function isTypeScript(url: string): boolean {
  return /^file:[^?#]*\.m?ts(?:[?#]|$)/.test(url);
}
