import { index, MemoryLog, term, type Entry } from "@kontiki/core";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import { Applier } from "../../../packages/actors/src/node/applier.ts";
import { openingCommand } from "../../../packages/actors/src/sessions/command.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { CLIENT, opened, type Opened } from "./actors.ts";

const T1 = term(1);

/** A machine, and what it answers to entries that are applied one after the other. */
export function stage<M extends StateMachine>(
  machine: M,
): { readonly machine: M; readonly applier: Applier; readonly enter: Enter } {
  const applier = new Applier(machine);
  const log = new MemoryLog<CommandBytes>((command) => command.length);
  const enter: Enter = (commands, max = Infinity) => {
    const entries = commands.map((command, at): Entry<CommandBytes> => {
      return { type: "command", index: index(log.lastIndex + at + 1), term: T1, command };
    });
    log.append(entries);
    return opened(applier.apply(log, log.lastIndex, max, T1));
  };
  enter([openingCommand(CLIENT, 0)]);
  return { machine, applier, enter };
}

type Enter = (commands: readonly CommandBytes[], max?: number) => readonly Opened[];
