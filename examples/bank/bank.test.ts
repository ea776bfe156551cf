import { test } from "@kontiki/testing/vitest";
import { Bank } from "./bank.ts";
import { noMoneyIsLost, OPTIONS } from "./no-money-is-lost.ts";

test.sim("no money is lost", { ...OPTIONS, machine: () => new Bank() }, noMoneyIsLost);
