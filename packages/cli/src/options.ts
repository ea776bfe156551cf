import { NODES_MAX } from "@kontiki/actors";
import { InvalidArgumentError, Option } from "commander";

const DURATION_MAX_MS = 60 * 60 * 1000;

/** How many nodes. Without a default of its own, for a data directory knows how many it has. */
export function nodesOption(whenLeftOut = ""): Option {
  return new Option(
    "--nodes <count>",
    `how many nodes, 1 to ${NODES_MAX}, named n1, n2, ...${whenLeftOut}`,
  ).argParser(wholeNumber(1, NODES_MAX));
}

/** A time in milliseconds. */
export function durationOption(flags: string, description: string, minMs: number): Option {
  return new Option(flags, description).argParser(wholeNumber(minMs, DURATION_MAX_MS));
}

/** Reads a whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Reads a number of seconds, which may have a fraction. */
export function seconds(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number of seconds from ${min} to ${max}.`);
  };
}

/** Reads the name of a file, of which nothing is known but that it has one. */
export function file(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("It must be the name of a file.");
}

/** Reads a path, of which nothing is known but that it has a name. */
export function path(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("It must be the path of a directory.");
}
