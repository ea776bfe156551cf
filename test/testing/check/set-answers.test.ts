import {
  checkLinearizable,
  interpretHistory,
  models,
  parseHistory,
  type Format,
} from "@kontiki/testing";
import { expect, test } from "vitest";

const { set } = models;

const JSON_LINE =
  '{"type":"operation","process":"a","f":"add","call":0,"return":1,"status":"ok","value":true,"output":';
const EDN = `{:process 0, :type :invoke, :f :add, :value false}
{:process 0, :type :ok, :f :add, :value false}`;

test.each<[string, Format, string, string]>([
  ["false is an answer in JSON lines", "jsonl", `${JSON_LINE}false}`, "violated"],
  ["true is an answer in JSON lines", "jsonl", `${JSON_LINE}true}`, "valid"],
  ["false repeats the value in EDN", "edn", EDN, "valid"],
])("the output of adding a boolean: %s", (_title, format, text, verdict) => {
  const history = interpretHistory(parseHistory(text, format), set);
  expect(checkLinearizable(history, set).verdict).toBe(verdict);
});
