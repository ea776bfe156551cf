import { testPage } from "../support/test-page.ts";

testPage("README.md");
