import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The sources, seen from the compiled file. */
const SOURCES = fileURLToPath(new URL("../", import.meta.url));

/** Where Debian's packages put the sources of Go libraries. */
const GO_LIBRARIES = "/usr/share/gocode";

/** The applications of Erlang that Ra needs, all in RabbitMQ's package. */
const RA_APPLICATIONS = /^(ra|aten|gen_batch_server|seshat)-/;

/** Builds a Go program with the libraries of a Debian package. Throws an error that names what is missing. */
export function buildGo(program: string, debianPackage: string, builds: string): void {
  const go = join(SOURCES, "go");
  run("go", ["build", "-o", join(builds, program), "."], `golang-go ${debianPackage}`, {
    cwd: join(go, "src", program),
    env: {
      ...process.env,
      GO111MODULE: "off",
      GOFLAGS: "",
      GOPATH: `${go}:${GO_LIBRARIES}`,
      GOCACHE: join(builds, "go-cache"),
    },
  });
}

/**
 * Compiles the program that drives Ra. Ra is taken out of RabbitMQ's package, which is unpacked and not installed, so
 * that no service starts.
 */
export function buildRa(builds: string): void {
  const folder = join(builds, "ra");
  mkdirSync(folder, { recursive: true });
  if (applications(builds).length === 0) {
    const options = { cwd: folder };
    run("apt-get", ["download", "-qq", "rabbitmq-server"], "a system with apt", options);
    const file = readdirSync(folder).find((name) => name.endsWith(".deb")) ?? "";
    run("dpkg", ["-x", file, "unpacked"], "a system with dpkg", options);
  }
  const paths = applications(builds).flatMap((path) => ["-pa", path]);
  const source = join(SOURCES, "ra/ra_bench.erl");
  run("erlc", [...paths, "-o", folder, source], "erlang-base erlang-crypto");
}

/** The folders of compiled Erlang that Ra and its driver need. */
export function raPaths(builds: string): readonly string[] {
  return [...applications(builds), join(builds, "ra")];
}

function applications(builds: string): readonly string[] {
  const library = join(builds, "ra/unpacked/usr/lib/rabbitmq/lib");
  if (!existsSync(library)) return [];
  return readdirSync(library).flatMap((version) => {
    const plugins = join(library, version, "plugins");
    const names = readdirSync(plugins).filter((name) => RA_APPLICATIONS.test(name));
    return names.map((name) => join(plugins, name, "ebin"));
  });
}

type RunOptions = { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv };

function run(
  file: string,
  args: readonly string[],
  packages: string,
  options: RunOptions = {},
): void {
  const { error, status, stderr } = spawnSync(file, args, { encoding: "utf8", ...options });
  if (error === undefined && status === 0) return;
  const reason =
    error === undefined ? stderr.trim().split("\n").slice(0, 3).join("; ") : error.message;
  throw new Error(
    `cannot run ${file} ${args[0]}: ${reason}; it needs ${packages} (Debian packages)`,
  );
}

/** Removes what a run that failed left in memory. */
export function removeLeftovers(): void {
  rmSync("/dev/shm/kontiki-bench-ra", { recursive: true, force: true });
}
