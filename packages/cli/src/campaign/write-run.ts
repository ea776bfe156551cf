import type { Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { write } from "../output/write.ts";
import type { CampaignRun } from "./campaign-run.ts";
import { runJson } from "./run-json.ts";
import { runText } from "./run-text.ts";

/** The width of the text where the terminal does not tell its own. */
const WIDTH = 100;

/** Writes a campaign's result: one JSON object, or text for people. */
export function writeRun(run: CampaignRun, isJson: boolean, host: Host): Promise<void> {
  const { stdout, env } = host;
  const text = isJson
    ? runJson(run)
    : runText(run, colorsFor(stdout, env), stdout.columns ?? WIDTH);
  return write(stdout, text);
}
