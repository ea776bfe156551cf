import { testPage } from "../support/test-page.ts";

testPage("docs/stories.md");
