import { createInterface } from "node:readline";
import { openLostCluster, type LostCluster } from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import { Command, Option } from "commander";
import { EXIT_OK, EXIT_USAGE, interruptedStatus, type Host } from "../host/host.ts";
import { path } from "./options.ts";
import { write } from "../output/output.ts";
import { recoveredText, recoveryJson, surveyText, warningText } from "../render/recovery-text.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";

type RecoverOptions = {
  readonly data: string;
  readonly node?: string;
  readonly yes?: true;
  readonly json?: true;
};

/** `kontiki recover`: one node becomes the whole cluster, at the operator's word. `done` is told the exit status. */
export function recoverCommand(host: Host, done: (status: number) => void): Command {
  return new Command("recover")
    .description("go on with one node of a cluster that lost a majority of its nodes for good")
    .addOption(
      new Option("--data <dir>", "where the nodes keep their logs")
        .default("./kontiki-data")
        .argParser(path),
    )
    .option("--node <node>", "the node to go on with; without it the nodes are only compared")
    .option("--yes", "do it without asking; needed where there is no terminal to ask on")
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (options: RecoverOptions) => done(await recover(options, host)));
}

const HELP = `
Examples:
  $ kontiki recover --data ./kontiki-data
  $ kontiki recover --data ./kontiki-data --node n2
  $ kontiki recover --data ./kontiki-data --node n2 --yes --json

For when a majority of the nodes is lost for good, and with it the way to agree on anything. Stop the
cluster first. One node's log gets an entry that makes that node the whole cluster, though no majority
agreed. What the cluster had acknowledged and this node does not hold is lost; what it holds and was
never acknowledged takes effect. So choose the node that holds most: it is named. The folders of the
others are put aside, as <node>.removed-<number>, and must never be used with this cluster again. Grow
it again by "member add".

Exit status: 0 done, or compared, or not done because the answer was no; 1 it failed; 2 bad usage.`;

async function recover(options: RecoverOptions, host: Host): Promise<number> {
  const { stdout, env } = host;
  const notes = new Notes(host, "kontiki: ");
  const lost = openLostCluster(options.data);
  try {
    const colors = colorsFor(stdout, env);
    const { node } = options;
    if (options.json !== true) await write(stdout, `${surveyText(lost, colors)}\n`);
    if (node === undefined) {
      if (options.json === true) await write(stdout, recoveryJson(lost, undefined));
      return EXIT_OK;
    }
    notes.note(warningText(lost, node));
    if (options.yes !== true && !isInteractive(host)) {
      notes.problem("nobody is there to ask: say --yes to do it");
      return EXIT_USAGE;
    }
    if (options.yes !== true && !(await isConfirmed(host, node))) {
      notes.note("nothing was changed");
      return interruptedStatus(host.signal) ?? EXIT_OK;
    }
    await goOn(lost, node as NodeId, options, host);
    return EXIT_OK;
  } finally {
    lost.close();
  }
}

async function goOn(
  lost: LostCluster,
  node: NodeId,
  { json }: RecoverOptions,
  { stdout }: Host,
): Promise<void> {
  const recovered = lost.recover(node);
  const text = json === true ? recoveryJson(lost, recovered) : `${recoveredText(recovered)}\n`;
  await write(stdout, text);
}

/** False as well when no answer comes: at the end of the input, or when the program is interrupted. */
async function isConfirmed({ stdin, stderr, signal }: Host, node: string): Promise<boolean> {
  await write(stderr, `Go on with ${node} alone? Type its name: `);
  const lines = createInterface({ input: stdin, signal, terminal: false });
  for await (const line of lines) return line.trim() === node;
  return false;
}

function isInteractive({ stdin, stderr }: Host): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}
