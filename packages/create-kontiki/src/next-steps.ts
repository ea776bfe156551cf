/** The message after a project was created. @param isHere whether it is in the working directory. */
export function nextSteps(
  folder: string,
  isHere: boolean,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const manager = packageManager(env);
  const test = manager === "bun" ? "bun run test" : `${manager} test`;
  const steps = [...(isHere ? [] : [`cd ${quoted(folder)}`]), `${manager} install`, test];
  const lines = steps.map((step) => `  ${step}\n`).join("");
  const place = isHere ? "the working directory" : folder;
  return `The project is in ${place}. Next:\n\n${lines}\nREADME.md says what is there and what to try.\n`;
}

const MANAGERS = ["npm", "pnpm", "yarn", "bun"] as const;

/** The package manager that runs this program, as it reports itself: "pnpm/11.0.0 npm/? node/v24.0.0 linux x64". */
function packageManager({
  npm_config_user_agent: agent = "",
}: Readonly<Record<string, string | undefined>>): (typeof MANAGERS)[number] {
  return MANAGERS.find((name) => agent.startsWith(`${name}/`)) ?? "npm";
}

/** The folder as one word of a shell, and never an option of `cd`. */
function quoted(folder: string): string {
  if (folder.startsWith("-")) return quoted(`./${folder}`);
  if (/^[\w./\\:@%+,=-]+$/.test(folder)) return folder;
  return process.platform === "win32" ? `"${folder}"` : `'${folder.replaceAll("'", `'\\''`)}'`;
}
