import type { Verb } from "../verb.ts";
import { append } from "./append.ts";
import { cas } from "./cas.ts";
import { compact } from "./compact.ts";
import { del } from "./del.ts";
import { get } from "./get.ts";
import { helpOn } from "./help.ts";
import { leader } from "./leader.ts";
import { crash, start, stop, wipe } from "./life.ts";
import { list } from "./list.ts";
import { log } from "./log.ts";
import { memberAdd, memberList, memberPromote, memberRemove } from "./member.ts";
import { put } from "./put.ts";
import { quit } from "./quit.ts";
import { read } from "./read.ts";
import { sleep } from "./sleep.ts";
import { snapshot } from "./snapshot.ts";
import { status } from "./status.ts";
import { transfer } from "./transfer.ts";
import { wait } from "./wait.ts";

/** Every verb of the prompt, in the order of `help`. */
export const verbs: readonly Verb[] = [
  put,
  get,
  read,
  del,
  cas,
  append,
  list,
  status,
  leader,
  crash,
  stop,
  start,
  wipe,
  memberList,
  memberAdd,
  memberRemove,
  memberPromote,
  transfer,
  snapshot,
  compact,
  log,
  wait,
  sleep,
  helpOn(() => verbs),
  quit,
];
