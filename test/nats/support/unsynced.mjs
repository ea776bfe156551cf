/**
 * A defect for the hosts of a test: a node's log is not synced. Node loads this with `--import`; the hooks change the text of one
 * module, in all threads. Nodes load the modules for that, and not the bundle that has them all.
 */
import { register } from "node:module";

const hooks = `
export async function resolve(specifier, context, next) {
  return next(specifier.replace("/bundles/worker.mjs", "/threads/worker.js"), context);
}
export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith("/storage/wal/wal.js")) return loaded;
  const source = String(loaded.source);
  const changed = source.replace("this.#file.sync();", "");
  if (changed === source) throw new Error("there is no sync in the log to leave out");
  return { ...loaded, source: changed };
}`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
