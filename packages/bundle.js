/** Makes the bundles of all packages that have any, each only if it is older than what the compiler wrote. */
await import("./actors/bundle.js");
await import("./cli/bundle.js");
