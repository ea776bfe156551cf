/**
 * Loaded before a program (`node --import`), so that the machine seems to have one core: a command that simulates then runs one
 * job. A second one would compile the same program again, on a core that another page's commands need.
 */
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

Object.assign(os, { availableParallelism: () => 1 });
syncBuiltinESMExports();
