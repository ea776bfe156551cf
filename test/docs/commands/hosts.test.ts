import { testPage } from "../support/test-page.ts";

testPage("docs/hosts.md");
