import { test } from "@kontiki/testing/vitest";
import { ForgetfulBank } from "./forgetful-bank.ts";
import { noMoneyIsLost, OPTIONS } from "./no-money-is-lost.ts";

test.sim("no money is lost", { ...OPTIONS, machine: () => new ForgetfulBank() }, noMoneyIsLost);
