/** What is said once a project is created. @param isHere whether it is in the working directory. */
export function nextSteps(
  folder: string,
  isHere: boolean,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const manager = packageManager(env);
  const test = manager === "bun" ? "bun run test" : `${manager} test`;
  const steps = [...(isHere ? [] : [`cd ${quoted(folder)}`]), `${manager} install`, test];
  const lines = steps.map((step) => `  ${step}\n`).join("");
  return `The project is in ${folder}. Next:\n\n${lines}\nREADME.md says what is there and what to try.\n`;
}

const MANAGERS = ["npm", "pnpm", "yarn", "bun"] as const;

/** The package manager that runs this program, as it reports itself: "pnpm/11.0.0 npm/? node/v24.0.0 linux x64". */
function packageManager({
  npm_config_user_agent: agent = "",
}: Readonly<Record<string, string | undefined>>): (typeof MANAGERS)[number] {
  return MANAGERS.find((name) => agent.startsWith(`${name}/`)) ?? "npm";
}

/** As a shell takes it for one word. */
function quoted(folder: string): string {
  if (/^[\w./\\:@%+,=-]+$/.test(folder)) return folder;
  return process.platform === "win32" ? `"${folder}"` : `'${folder.replaceAll("'", `'\\''`)}'`;
}
