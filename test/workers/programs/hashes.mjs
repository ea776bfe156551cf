/**
 * Runs the scenario of that name with the seeds in its arguments, and prints a line for each: the seed, what came of it,
 * and the digest of everything that happened.
 */
import { loadScenario, planOf, simulate } from "@kontiki/testing";

const [name, ...seeds] = process.argv.slice(2);
const scenario = await loadScenario(name);

for (const seed of seeds.map(Number)) {
  const { verdict, events, virtualMs, hash } = simulate(planOf(scenario, seed));
  console.log(seed, verdict, events, virtualMs, hash);
}
