import { testPage } from "../support/test-page.ts";

testPage("docs/observability.md");
