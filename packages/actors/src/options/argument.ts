import { KontikiError } from "../errors.ts";

/** Checks one positional argument. @throws KontikiError that names the function, the argument and its value. */
export function checkArgument(
  where: string,
  name: string,
  rule: (value: unknown, path: string) => string | undefined,
  given: unknown,
): void {
  const wrong = rule(given, `${where}: ${name}`);
  if (wrong !== undefined) throw new KontikiError(wrong);
}
