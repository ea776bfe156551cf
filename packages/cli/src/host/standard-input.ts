import { Readable } from "node:stream";
import { isFolder } from "./descriptor.ts";

/** Standard input. For a folder, of which Node makes an empty stream, one whose reading fails. */
export function standardInput(): typeof process.stdin | Readable {
  return isFolder(0) ? new Readable({ read: refuse }) : process.stdin;
}

function refuse(this: Readable): void {
  this.destroy(Object.assign(new Error("it is a folder; give a file"), { code: "EISDIR" }));
}
