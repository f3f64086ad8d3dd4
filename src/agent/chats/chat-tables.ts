/** The tables inside of a conversation's object, by numbered migrations: add one at the end, never change one. */

const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE chat (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      id TEXT NOT NULL,
      organization_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      phone_sealed TEXT NOT NULL,
      taken_by TEXT,
      last_inbound_at INTEGER NOT NULL,
      last_message_at INTEGER NOT NULL,
      indexed_at INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL
    )`,
    // What came in, by the provider's id. A row without a turn is waiting.
    `CREATE TABLE inbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      provider_id TEXT NOT NULL UNIQUE,
      parts TEXT NOT NULL,
      received_at INTEGER NOT NULL,
      is_taken INTEGER NOT NULL DEFAULT 0
    )`,
    "CREATE INDEX inbox_waiting ON inbox (id) WHERE is_taken = 0",
    // state: open, done, dropped (a person took over).
    `CREATE TABLE turn (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      state TEXT NOT NULL,
      tries INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER NOT NULL
    )`,
    "CREATE INDEX turn_open ON turn (id) WHERE state = 'open'",
    // The history. `body` is the message in the model's form, for the roles agent and tool.
    `CREATE TABLE message (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      role TEXT NOT NULL,
      text TEXT NOT NULL,
      parts TEXT,
      body TEXT,
      tool TEXT,
      written_by TEXT,
      at INTEGER NOT NULL
    )`,
    // Calls with a side effect, each once in a turn. Without an outcome it has begun, and nobody knows how it ended.
    `CREATE TABLE ledger (
      turn_id INTEGER NOT NULL,
      call_key TEXT NOT NULL,
      call_id TEXT NOT NULL,
      outcome TEXT,
      PRIMARY KEY (turn_id, call_key)
    ) WITHOUT ROWID`,
    `CREATE TABLE outbox (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      text TEXT NOT NULL,
      state TEXT NOT NULL,
      tries INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER NOT NULL,
      provider_id TEXT,
      error_code TEXT,
      at INTEGER NOT NULL
    )`,
    "CREATE INDEX outbox_open ON outbox (seq) WHERE state IN ('waiting', 'sending')",
    // How far a message came, by the provider's id: the news may be here before we know that it is ours.
    `CREATE TABLE delivery (
      provider_id TEXT PRIMARY KEY,
      stage INTEGER NOT NULL,
      error_code TEXT
    ) WITHOUT ROWID`,
  ],
  [
    // Passes for plugins to reach this customer, by their hash: each for one tool call of one installation.
    `CREATE TABLE current_chat_token (
      hash TEXT PRIMARY KEY,
      installation_id TEXT NOT NULL,
      call_id TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) WITHOUT ROWID`,
    "CREATE INDEX current_chat_token_end ON current_chat_token (expires_at)",
  ],
  // The model's answer whose calls are being made: a turn that is repeated makes them instead of asking again.
  ["ALTER TABLE turn ADD COLUMN calls TEXT"],
  [
    // `message` is null for a plain text. A key counts once, for ever.
    "ALTER TABLE outbox ADD COLUMN message TEXT",
    "ALTER TABLE outbox ADD COLUMN dedupe_key TEXT",
    "CREATE UNIQUE INDEX outbox_dedupe ON outbox (dedupe_key) WHERE dedupe_key IS NOT NULL",
    // Simulated phones that may come in, each once.
    `CREATE TABLE phone_ticket (
      hash TEXT PRIMARY KEY,
      expires_at INTEGER NOT NULL,
      attachment TEXT NOT NULL
    ) WITHOUT ROWID`,
  ],
  [
    // Since when nobody has come, and when the customer is told so.
    "ALTER TABLE chat ADD COLUMN waiting_since INTEGER",
    "ALTER TABLE chat ADD COLUMN tell_at INTEGER",
    // Lines after this one were read with the turn, and may be commands.
    "ALTER TABLE turn ADD COLUMN commands_after INTEGER",
    "CREATE TABLE switched_off (installation_id TEXT PRIMARY KEY) WITHOUT ROWID",
  ],
  [
    // Which approval a held message decides (`is_taken` = 2 until that is known), written down before it does.
    "CREATE TABLE approval_answer (inbox_id INTEGER PRIMARY KEY, approval_id TEXT NOT NULL)",
    "CREATE INDEX inbox_held ON inbox (id) WHERE is_taken = 2",
  ],
  [
    "ALTER TABLE chat ADD COLUMN opted_out_at INTEGER",
    // What the sender says of a message, as JSON, and the latest decision about it.
    "ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'answer'",
    "ALTER TABLE outbox ADD COLUMN wish TEXT",
    "ALTER TABLE outbox ADD COLUMN installation_id TEXT",
    "ALTER TABLE outbox ADD COLUMN decision TEXT",
    "ALTER TABLE outbox ADD COLUMN reason TEXT",
    "ALTER TABLE outbox ADD COLUMN until INTEGER",
    // The number of the last part of a message that its length made several of; its own otherwise.
    "ALTER TABLE outbox ADD COLUMN group_seq INTEGER",
    "UPDATE outbox SET group_seq = seq",
    // When it was last claimed, for caps and duplicates.
    "ALTER TABLE outbox ADD COLUMN left_at INTEGER",
    "CREATE INDEX outbox_left ON outbox (left_at) WHERE left_at IS NOT NULL",
    "CREATE INDEX outbox_group ON outbox (group_seq, seq)",
    "DROP INDEX outbox_open",
    "CREATE INDEX outbox_open ON outbox (seq) WHERE state IN ('waiting', 'sending', 'held')",
  ],
  // Where the customer's clock is, once somebody has said so.
  ["ALTER TABLE chat ADD COLUMN time_zone TEXT"],
];

/** Brings the tables to the newest number; what is there stays. Synchronous, all or nothing. */
export function migrateChatTables(storage: DurableObjectStorage): void {
  storage.transactionSync(() => {
    const { sql } = storage;
    sql.exec("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)");
    const { applied } = sql
      .exec<{ applied: number }>("SELECT COALESCE(MAX(number), 0) AS applied FROM migration")
      .one();
    for (const [index, statements] of MIGRATIONS.entries()) {
      if (index >= applied) {
        for (const statement of statements) {
          sql.exec(statement);
        }
        sql.exec("INSERT INTO migration (number) VALUES (?)", index + 1);
      }
    }
  });
}

/** Whether somebody has written here before: an object that was only asked about has no tables and costs nothing. */
export function hasChatTables({ sql }: DurableObjectStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'chat'").toArray().length > 0;
}
