import { testPage } from "../support/test-page.ts";

testPage("docs/test-your-state-machine.md");
