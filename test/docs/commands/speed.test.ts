import { testPage } from "../support/test-page.ts";

testPage("docs/speed.md");
