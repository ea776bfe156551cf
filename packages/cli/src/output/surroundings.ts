import { dirname } from "node:path";
import { messageOf, reasonOf } from "./error-text.ts";

/** The flags of Node's permission model, by the name that its errors give what is missing. */
const PERMISSION_FLAGS: Readonly<Record<string, string>> = {
  FileSystemRead: "--allow-fs-read",
  FileSystemWrite: "--allow-fs-write",
  ChildProcess: "--allow-child-process",
  WorkerThreads: "--allow-worker",
  Net: "--allow-net",
};

/**
 * What is wrong with the surroundings of the program, and what to do, in one line: its folder, its descriptors, its
 * memory, its rights, its files, its temporary folder. Undefined for any other error.
 */
export function surroundingsText(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path, permission } = error as NodeJS.ErrnoException & {
    permission?: string;
  };
  const message = messageOf(error);
  if (isOutOfMemory(error)) return `not enough memory: ${message}`;
  switch (code) {
    case "EMFILE":
    case "ENFILE":
      return `${message}; raise the limit of open files (ulimit -n)`;
    case "ERR_MODULE_NOT_FOUND":
    case "MODULE_NOT_FOUND":
      // With too few descriptors Node finds no package either.
      return `${message}; install kontiki again, or raise the limit of open files (ulimit -n)`;
    case "ERR_ACCESS_DENIED": {
      const flag = PERMISSION_FLAGS[permission ?? ""];
      const advice = flag === undefined ? message : `start node with ${flag}`;
      return `Node's permission model forbids what this command does: ${advice}`;
    }
    default:
      // Where a command takes a folder instead, it says so itself.
      if (syscall === "mkdtemp" && path !== undefined)
        return `cannot make a folder in ${dirname(path)}: ${reasonOf(error)}; set TMPDIR to a folder that you can write to`;
      return code !== undefined && syscall !== undefined ? message : undefined;
  }
}

function isOutOfMemory(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOMEM" || code === "ERR_WORKER_OUT_OF_MEMORY") return true;
  return error instanceof RangeError && error.message.endsWith("allocation failed");
}
