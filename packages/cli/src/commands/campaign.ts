import { InvalidArgumentError, Option } from "commander";
import type { CampaignOptions, StartOptions, StopOptions } from "../actions/campaign.ts";
import { SEEDS } from "../host/limits.ts";
import {
  campaignHelp,
  reportHelp,
  startHelp,
  statusHelp,
  stopHelp,
  watchHelp,
} from "./campaign-help.ts";
import type { Define, Services } from "./define.ts";
import { natsServer } from "./nats-options.ts";
import { time, wholeNumber } from "./options.ts";
import type { Command } from "commander";

const JSON_FLAG = "--json";

/** `kontiki campaign`: scenarios with many seeds, on many machines. */
export const defineCampaign: Define = (command, services) => {
  defineStart(command, services);
  defineReaders(command, services);
  command.addHelpText("after", campaignHelp);
};

function defineStart(command: Command, { host, loadEngines, done }: Services): void {
  const start = command
    .command("start")
    .description("put a campaign on the server, for workers")
    .argument(
      "[scenarios...]",
      "files (.yaml, .ts, .js), names of shipped ones, or all (default: all)",
    )
    .addOption(
      new Option("--seeds <count>", "how many seeds, such as 1000 or 1e6")
        .makeOptionMandatory()
        .argParser(seedCount),
    )
    .addOption(
      new Option("--seed <seed>", "the first seed").argParser(wholeNumber(0, SEEDS - 1)).default(1),
    )
    .addOption(new Option("--name <name>", "its name (default: made of the scenario's)"))
    .addOption(
      new Option("--range <seeds>", "how many seeds a worker takes at once").argParser(seedCount),
    )
    .option("--until-fail", "end at the first violation")
    .option("--until-doubt", "end at the first run that is violated or unknown")
    .option("--guided", "change plans that met something new; ranges share these plans")
    .addOption(
      new Option(
        "--deliveries <count>",
        "how often a range is given out before it counts as an error",
      )
        .argParser(wholeNumber(1, 1000))
        .default(10),
    )
    .addOption(
      new Option(
        "--redeliver-after <time>",
        "give a range to another worker after so long without a sign of life (default: 30s)",
      ).argParser(time),
    )
    .addOption(
      new Option("--replicas <count>", "on how many servers of a NATS cluster everything is kept")
        .argParser(wholeNumber(1, 5))
        .default(1),
    );
  natsServer(start)
    .option(JSON_FLAG, "print one JSON object")
    .addHelpText("after", startHelp)
    .action(async (sources: readonly string[], options: StartOptions) => {
      const { startCampaign } = await import("../actions/campaign.ts");
      done(await startCampaign(sources, options, host, await loadEngines()));
    });
}

function defineReaders(command: Command, { host, done }: Services): void {
  natsServer(command.command("status").description("show where a campaign is, or all of them"))
    .argument("[name]", "its name (default: all)")
    .option(JSON_FLAG, "print one JSON object for each campaign")
    .addHelpText("after", statusHelp)
    .action(async (name: string | undefined, options: CampaignOptions) => {
      const { campaignStatus } = await import("../actions/campaign.ts");
      done(await campaignStatus(name, options, host));
    });
  natsServer(command.command("watch").description("follow a campaign until it has ended"))
    .argument("<name>", "its name")
    .option(JSON_FLAG, "print one JSON object for each change")
    .addHelpText("after", watchHelp)
    .action(async (name: string, options: CampaignOptions) => {
      const { watchCampaign } = await import("../actions/campaign.ts");
      done(await watchCampaign(name, options, host));
    });
  natsServer(command.command("report").description("print the results, as kontiki run does"))
    .argument("<name>", "its name")
    .option(JSON_FLAG, "print one JSON object")
    .addHelpText("after", reportHelp)
    .action(async (name: string, options: CampaignOptions) => {
      const { reportCampaign } = await import("../actions/campaign.ts");
      done(await reportCampaign(name, options, host));
    });
  natsServer(command.command("stop").description("stop a campaign; its results stay"))
    .argument("<name>", "its name")
    .option("--remove", "remove its results too")
    .option(JSON_FLAG, "print one JSON object")
    .addHelpText("after", stopHelp)
    .action(async (name: string, options: StopOptions) => {
      const { stopCampaign } = await import("../actions/campaign.ts");
      done(await stopCampaign(name, options, host));
    });
}

/** Reads a number of seeds, also as 1e6. */
function seedCount(text: string): number {
  const value = Number(text);
  if (/^\d+(e\d)?$/.test(text) && value >= 1 && value <= SEEDS) return value;
  throw new InvalidArgumentError(
    `It must be a whole number from 1 to ${SEEDS}, such as 1000 or 1e6.`,
  );
}
