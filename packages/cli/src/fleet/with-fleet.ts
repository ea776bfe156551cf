import { KontikiError } from "@kontiki/actors";
import { nearest } from "@kontiki/actors/node";
import { Fleet, natsProblem, permissionProblem } from "@kontiki/nats";
import { EXIT_TOOL, type Host } from "../host/host.ts";
import { badInput, CheckFailure } from "../output/check-failure.ts";
import { judging } from "../output/judging.ts";
import type { Notes } from "../output/notes.ts";
import { natsOptions, type ServerOptions } from "./server-options.ts";

/** Does something with the campaigns of a server. Resolves to the exit status; a server that cannot be used is an error of the tool. */
export function withFleet(
  options: ServerOptions,
  host: Host,
  notes: Notes,
  work: (fleet: Fleet) => Promise<number>,
): Promise<number> {
  return judging(host, notes, async () => {
    const server = natsOptions(options);
    const problem = natsProblem(server);
    if (problem !== undefined) throw badInput(problem);
    try {
      const fleet = await Fleet.open({ name: "kontiki", ...server });
      try {
        return await work(fleet);
      } finally {
        await fleet.close();
      }
    } catch (error) {
      if (error instanceof KontikiError) throw new CheckFailure(error.message, EXIT_TOOL);
      const refused = permissionProblem(error);
      if (refused !== undefined) throw new CheckFailure(refused, EXIT_TOOL);
      throw error;
    }
  });
}

/** @throws CheckFailure if no campaign has this name. */
export async function expectCampaign(fleet: Fleet, name: string): Promise<void> {
  const names = await fleet.names();
  if (names.includes(name)) return;
  const near = nearest(name, names);
  const known = names.length === 0 ? "there is none" : `there are ${names.join(", ")}`;
  const hint = near === undefined ? known : `did you mean ${near}?`;
  throw badInput(`there is no campaign ${name} on this server: ${hint}`);
}
