import type { Verb } from "../verb.ts";
import { faultList, heal, pause, resume } from "./faults.ts";
import { clock, disk } from "./hardware.ts";
import { helpOn } from "./help.ts";
import { append, cas, del, get, list, put, read } from "./keys.ts";
import { leader, transfer } from "./leader.ts";
import { crash, start, stop, wipe } from "./life.ts";
import { log } from "./log.ts";
import { memberAdd, memberList, memberPromote, memberRemove } from "./member.ts";
import { isolate, link, partition } from "./network.ts";
import { quit } from "./quit.ts";
import { compact, snapshot } from "./snapshot.ts";
import { status } from "./status.ts";
import { sleep, wait } from "./wait.ts";

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
  pause,
  resume,
  partition,
  isolate,
  link,
  disk,
  clock,
  faultList,
  heal,
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
