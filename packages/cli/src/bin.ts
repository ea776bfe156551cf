#!/usr/bin/env node
import module from "node:module";
import { isUnusable, mainFor } from "./host/main-for.ts";

/** What Node 20 lacks. */
type CompileCache = Partial<Record<"enableCompileCache" | "getCompileCacheDir", () => unknown>>;

// Before anything else is loaded, so that it serves all of that. Nodes' threads take it from the environment.
const { enableCompileCache, getCompileCacheDir } = module as CompileCache;
enableCompileCache?.();
const cacheDirectory = getCompileCacheDir?.();
if (typeof cacheDirectory === "string") process.env["NODE_COMPILE_CACHE"] ??= cacheDirectory;

/** Not awaited: of a module that waits forever Node 22 and newer would first show a line of this file. */
void import(mainFor(process.argv.slice(2)).href).catch((error: unknown) => {
  if (!isUnusable(error)) throw error;
  return import("./main.ts");
});
