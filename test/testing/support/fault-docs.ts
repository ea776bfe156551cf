import { readFile } from "node:fs/promises";
import {
  factsOf,
  FAULT_GROUPS,
  type FaultGroup,
} from "../../../packages/testing/src/scenario/faults/table.ts";
import type { FaultType } from "../../../packages/testing/src/scenario/fault.ts";

const FOLDER = new URL("../../../packages/testing/src/scenario/faults/", import.meta.url);

const HEAD = `# Faults

Every kind of fault that a scenario may name, in the groups that \`nemesis.faults\` may name too. In parentheses are its
fields; a value without a name is for the first of them, as in \`crash: leader\` or \`loss: 10%\`. A \`node\` is a name, or
\`leader\`, \`follower\`, \`any\`, \`all\`, \`minority\`, \`majority\`, as of when the fault begins; with \`when\` also \`subject\`, the node
of the moment for which the fault waits.

This file is written by \`test testing/scenario/faults -u\`, from the table in \`src/scenario/faults\`.
`;

/** What the table of faults says to people who write scenarios, as Markdown. */
export async function faultDocs(): Promise<string> {
  const groups = Object.keys(FAULT_GROUPS) as readonly FaultGroup[];
  const sections = await Promise.all(groups.map(sectionOf));
  return [HEAD, ...sections].join("\n");
}

async function sectionOf(group: FaultGroup): Promise<string> {
  const comments = commentsIn(await readFile(new URL(`${group}.ts`, FOLDER), "utf8"));
  const lines = FAULT_GROUPS[group].map((type) => lineOf(type, comments.get(type)));
  return `## ${group}\n\n${lines.join("\n")}\n`;
}

/** The comment before each entry of a group's file. */
function commentsIn(source: string): ReadonlyMap<string, string> {
  const entries = source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s+(\w+): fault\(/g);
  return new Map(
    [...entries].map(([, comment = "", type = ""]) => [
      type,
      comment
        .replaceAll(/\n\s*\*/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim(),
    ]),
  );
}

function lineOf(type: FaultType, comment: string | undefined): string {
  if (comment === undefined) throw new Error(`${type} has no comment in the table of faults`);
  const { written } = factsOf(type);
  const forms = written.forms.map((fields) => formOf(fields, written.bare));
  return `- \`${type}\`${forms.join(" or")}: ${comment}`;
}

function formOf(fields: readonly string[], bare: string | undefined): string {
  if (fields.length === 0) return "";
  const first = fields.filter((field) => field === bare);
  const ordered = [...first, ...fields.filter((field) => field !== bare)];
  return ` (${ordered.map((field) => `\`${field}\``).join(", ")})`;
}
