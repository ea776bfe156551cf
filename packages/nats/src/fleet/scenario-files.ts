import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { CampaignSpec, FleetScenario } from "../campaign/spec.ts";

const YAML = [".yaml", ".yml"];
const MODULES = [".ts", ".mts", ".js", ".mjs"];

/** A scenario as workers get it: what a YAML file holds, and of a module its digest. `source` is a path or a shipped name. */
export function travelling(name: string, source: string): FleetScenario {
  const ending = extname(source);
  if (YAML.includes(ending)) return { name, source, yaml: readFileSync(source, "utf8") };
  if (MODULES.includes(ending)) return { name, source, sha256: digest(readFileSync(source)) };
  return { name, source };
}

/** The scenarios of campaigns as files that a job can load. */
export class ScenarioFiles {
  readonly #folder = mkdtempSync(join(tmpdir(), "kontiki-worker-"));

  /** What a job loads, or in one line why this machine cannot run a campaign. */
  sources({ id, scenarios }: CampaignSpec): readonly string[] | string {
    const sources: string[] = [];
    for (const [at, scenario] of scenarios.entries()) {
      const { source, yaml, sha256 } = scenario;
      if (sha256 !== undefined && sha256 !== digestOf(source))
        return `it runs ${source}, which this machine does not have with the same content: a module does not travel`;
      sources.push(yaml === undefined ? source : this.#write(id, `${at}.yaml`, yaml));
    }
    return sources;
  }

  /** Removes the files. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(id: string, name: string, yaml: string): string {
    const folder = join(this.#folder, id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), yaml);
    return join(folder, name);
  }
}

function digestOf(path: string): string | undefined {
  try {
    return digest(readFileSync(path));
  } catch {
    return undefined;
  }
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
