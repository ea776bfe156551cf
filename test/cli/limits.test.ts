import * as actors from "@kontiki/actors";
import * as testing from "@kontiki/testing";
import { expect, test } from "vitest";
import * as limits from "../../packages/cli/dist/host/limits.js";

test("the limits that the command line shows are those of the packages", () => {
  const { KEY_BYTES_MAX, VALUE_BYTES_MAX, NODES_MAX, PRIORITY_MAX, CRASH_POINTS } = actors;
  const { SEEDS, ENGINES, FORMATS, FAILED_CAS, models } = testing;
  const bytes = { KEY_BYTES_MAX, VALUE_BYTES_MAX };
  const counts = { NODES_MAX, PRIORITY_MAX, SEEDS };
  const choices = { CRASH_POINTS, ENGINES, FORMATS, FAILED_CAS, MODELS: Object.keys(models) };
  expect({ ...limits }).toEqual({ ...bytes, ...counts, ...choices });
});
