import { readFileSync } from "node:fs";

const PAGE = new URL("../../../docs/fleet.md", import.meta.url);

/** What a user of NATS may do. */
export type Permissions = {
  readonly subscribe: readonly string[];
  readonly publish: readonly string[];
};

/** The permissions that docs/fleet.md gives to a worker and a starter, with those for guided campaigns. */
export function documentedPermissions(): Record<"worker" | "starter", Permissions> {
  const blocks = [...readFileSync(PAGE, "utf8").matchAll(/```text\n(.*?)```/gs)].flat();
  const blockOf = (beginning: string): string =>
    blocks.find((block) => block.startsWith(beginning)) ?? "";
  const [plain, guided] = [blockOf("worker = {"), blockOf("guided-worker = ")];
  const of = (role: string): Permissions => {
    const start = plain.indexOf(`${role} = `);
    const own = plain.slice(start, plain.indexOf("\n}", start));
    const at = own.indexOf("publish:");
    const more = guided.slice(guided.indexOf(`guided-${role} = `)).split("]")[0] ?? "";
    return {
      subscribe: subjects(own.slice(0, at)),
      publish: [...subjects(own.slice(at)), ...subjects(more)],
    };
  };
  return { worker: of("worker"), starter: of("starter") };
}

/** Lines of a server's configuration with a user of each name, whose password is its name. */
export function usersConfig(users: Readonly<Record<string, Permissions>>): string {
  const lines = Object.entries(users).map(
    ([user, permissions]) =>
      `{ user: ${user}, password: ${user}, permissions: ${JSON.stringify(permissions)} }`,
  );
  return `authorization { users: [\n${lines.join("\n")}\n] }`;
}

function subjects(text: string): string[] {
  return [...text.matchAll(/"([^"]+)"/g)].map(([, subject = ""]) => subject);
}
