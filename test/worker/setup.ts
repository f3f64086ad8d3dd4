/** Brings the test database to the newest schema before each file; storage is isolated per file. */
import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
// Conversations load it when they start. The test runner cannot load it for two that start at once.
import "../../src/agent/chats/conversation.ts";

const { DB, TEST_MIGRATIONS } = env as typeof env & { TEST_MIGRATIONS: D1Migration[] };

await applyD1Migrations(DB, TEST_MIGRATIONS);
