import { testPage } from "../support/test-page.ts";

testPage("CONTRIBUTING.md");
