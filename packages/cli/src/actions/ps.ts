import { goneText, runningClusters, type Listening } from "../control/find-cluster.ts";
import { Registry } from "../control/registry.ts";
import { timeOfDay } from "../control/wall-clock.ts";
import { EXIT_OK, type Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { messageOf } from "../output/error-text.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { durationText } from "../render/quantities.ts";
import { bareTable } from "../render/table.ts";
import type { Hello } from "../control/protocol.ts";

/** A cluster of the list: what it says of itself, or why it says nothing. */
type Listed = { readonly entry: Listening["entry"]; readonly hello: Hello | string };

/** Lists the clusters that other terminals reach. Resolves to the exit status. */
export async function ps({ json }: { readonly json?: true }, host: Host): Promise<number> {
  const notes = new Notes(host);
  const registry = new Registry(host.env);
  const running = await runningClusters(registry, (entry) => notes.note(goneText(entry)));
  const listed = await Promise.all(running.map(ask));
  await write(host.stdout, json === true ? jsonOf(listed) : tableOf(listed, host));
  return EXIT_OK;
}

async function ask({ entry, connection }: Listening): Promise<Listed> {
  try {
    return { entry, hello: await connection.hello() };
  } catch (error) {
    return { entry, hello: messageOf(error) };
  } finally {
    connection.close();
  }
}

function jsonOf(listed: readonly Listed[]): string {
  const clusters = listed.map(({ entry, hello }) =>
    typeof hello === "string" ? { ...entry, error: hello } : hello,
  );
  return `${JSON.stringify({ clusters })}\n`;
}

function tableOf(listed: readonly Listed[], { stdout, env }: Host): string {
  if (listed.length === 0) return "";
  const colors = colorsFor(stdout, env);
  const head = ["name", "nodes", "leader", "term", "process", "up for", "logs"];
  const rows = listed.map(({ entry, hello }) => {
    const { name, pid, data, startedAt } = entry;
    const answer =
      typeof hello === "string"
        ? [colors.red(hello), "", ""]
        : [countOf(hello), hello.leader ?? "-", `${hello.term ?? "-"}`];
    return [name, ...answer, `${pid}`, durationText(timeOfDay() - startedAt), data ?? "in memory"];
  });
  const aligns = head.map((title) =>
    ["nodes", "term", "process"].includes(title) ? ("right" as const) : ("left" as const),
  );
  return `${bareTable(
    head.map((title) => colors.dim(title)),
    rows,
    aligns,
  )}\n`;
}

/** How many nodes it has, and of how many where other hosts have some. */
function countOf({ nodes, others }: Hello): string {
  const elsewhere = others.flatMap((other) => other.nodes).length;
  const here = `${nodes.length}`;
  return others.length === 0 ? here : `${here} of ${nodes.length + elsewhere}`;
}
