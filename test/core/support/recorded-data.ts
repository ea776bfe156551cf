import { existsSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);
const DATA = new URL("../shared/data/", ROOT);

/**
 * A folder of data recorded from other implementations. It is beside the checkout, or absent: then its tests have no
 * cases.
 *
 * @throws Error when this file has moved, or when only this folder is absent: tests must not lose cases unnoticed.
 */
export function recordedData(folder: string): URL | undefined {
  if (!existsSync(new URL("pnpm-workspace.yaml", ROOT)))
    throw new Error(`${ROOT.pathname} is not the top of the repository`);
  if (!existsSync(DATA)) return undefined;
  const url = new URL(`${folder}/`, DATA);
  if (!existsSync(url)) throw new Error(`there is no ${url.pathname}`);
  return url;
}
