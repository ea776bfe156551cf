import type { Command } from "commander";
import type { LoadEngines } from "../engines/engines.ts";
import type { Host } from "../host/host.ts";
import type { StartCluster } from "../launch/cluster.ts";

/** What commands work with. */
export type Services = {
  readonly host: Host;
  /** The arguments of the program. */
  readonly argv: readonly string[];
  readonly start: StartCluster;
  readonly loadEngines: LoadEngines;
  /** Receives the exit status. */
  readonly done: (status: number) => void;
};

/** Gives a command its arguments, options and action. */
export type Define = (command: Command, services: Services) => void;
