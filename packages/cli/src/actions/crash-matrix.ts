import type { MatrixCell, MatrixOptions } from "@kontiki/testing";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { EXIT_FAILED, EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { makeScratchFolder } from "../launch/scratch-folder.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";

/** What the command line says. */
export type CrashMatrixOptions = {
  readonly points?: MatrixOptions["points"];
  readonly data: string;
  readonly json?: true;
};

/** Runs the crashes. */
export type RunMatrix = (options: MatrixOptions) => AsyncIterable<MatrixCell>;

const realMatrix: RunMatrix = async function* (options) {
  const { runCrashMatrix } = await import("@kontiki/testing");
  yield* runCrashMatrix(options);
};

/** Crashes nodes at every point of their turns, and prints what came of it. Resolves to the exit status. */
export async function crashMatrix(
  { points, data, json }: CrashMatrixOptions,
  host: Host,
  run: RunMatrix = realMatrix,
): Promise<number> {
  const notes = new Notes(host);
  const parent = makeScratchFolder("crash-matrix", data);
  const cells: MatrixCell[] = [];
  try {
    for await (const cell of run({ dataDir: join(parent, "data"), points })) {
      cells.push(cell);
      if (json === true) await write(host.stdout, `${JSON.stringify(cell)}\n`);
      else notes.note(`${cell.point}, ${cell.role}, ${cell.loss}: ${cell.outcome}`);
      if (host.signal.aborted) break;
    }
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
  if (json !== true) await write(host.stdout, `${await tableOf(cells, host)}\n`);
  const isGood = cells.every(({ outcome }) => outcome === "ok");
  return interruptedStatus(host.signal) ?? (isGood ? EXIT_OK : EXIT_FAILED);
}

async function tableOf(cells: readonly MatrixCell[], { stdout, env }: Host): Promise<string> {
  const { bareTable } = await import("../render/table.ts");
  const colors = colorsFor(stdout, env);
  const rows = cells.map(({ point, role, loss, outcome, backMs, what }) => [
    point,
    role,
    loss,
    outcome === "ok" ? colors.green(outcome) : colors.red(outcome),
    backMs === undefined ? "-" : `${backMs}`,
    what,
  ]);
  const head = ["point", "role", "crash", "outcome", "back ms", "what"].map((title) =>
    colors.dim(title),
  );
  const good = cells.filter(({ outcome }) => outcome === "ok").length;
  const table = bareTable(head, rows, ["left", "left", "left", "left", "right", "left"]);
  return `${table}\n${good} of ${cells.length} crashes: nothing acknowledged lost, every node back`;
}
