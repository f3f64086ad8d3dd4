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
      created_at INTEGER NOT NULL,
      -- Since when nobody has come, and when the customer is told so.
      waiting_since INTEGER,
      tell_at INTEGER,
      opted_out_at INTEGER
    )`,
    // What came in, by the provider's id. A row without a turn is waiting; `is_taken` = 2: see approval_answer.
    `CREATE TABLE inbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      provider_id TEXT NOT NULL UNIQUE,
      parts TEXT NOT NULL,
      received_at INTEGER NOT NULL,
      is_taken INTEGER NOT NULL DEFAULT 0
    )`,
    "CREATE INDEX inbox_waiting ON inbox (id) WHERE is_taken = 0",
    "CREATE INDEX inbox_held ON inbox (id) WHERE is_taken = 2",
    // state: open, done, dropped (a person took over). `calls`: the model's answer whose calls are being made, so that
    // a turn that is repeated makes them instead of asking again. Lines after `commands_after` may be commands.
    `CREATE TABLE turn (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      state TEXT NOT NULL,
      tries INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER NOT NULL,
      calls TEXT,
      commands_after INTEGER
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
    // `message` is null for a plain text. A `dedupe_key` counts once, for ever. `wish` is what the sender says of the
    // message, as JSON, and `decision` the latest about it. `group_seq` is the number of the last part of a message that
    // its length made several of, its own otherwise. `left_at`: when it was last claimed, for caps and duplicates.
    `CREATE TABLE outbox (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      text TEXT NOT NULL,
      message TEXT,
      dedupe_key TEXT,
      state TEXT NOT NULL,
      tries INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER NOT NULL,
      provider_id TEXT,
      error_code TEXT,
      at INTEGER NOT NULL,
      kind TEXT NOT NULL DEFAULT 'answer',
      wish TEXT,
      installation_id TEXT,
      decision TEXT,
      reason TEXT,
      until INTEGER,
      group_seq INTEGER,
      left_at INTEGER
    )`,
    "CREATE UNIQUE INDEX outbox_dedupe ON outbox (dedupe_key) WHERE dedupe_key IS NOT NULL",
    "CREATE INDEX outbox_left ON outbox (left_at) WHERE left_at IS NOT NULL",
    "CREATE INDEX outbox_group ON outbox (group_seq, seq)",
    "CREATE INDEX outbox_open ON outbox (seq) WHERE state IN ('waiting', 'sending', 'held')",
    // How far a message came, by the provider's id: the news may be here before we know that it is ours.
    `CREATE TABLE delivery (
      provider_id TEXT PRIMARY KEY,
      stage INTEGER NOT NULL,
      error_code TEXT
    ) WITHOUT ROWID`,
    // Passes for plugins to reach this customer, by their hash: each for one tool call of one installation.
    `CREATE TABLE current_chat_token (
      hash TEXT PRIMARY KEY,
      installation_id TEXT NOT NULL,
      call_id TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) WITHOUT ROWID`,
    "CREATE INDEX current_chat_token_end ON current_chat_token (expires_at)",
    // Simulated phones that may come in, each once.
    `CREATE TABLE phone_ticket (
      hash TEXT PRIMARY KEY,
      expires_at INTEGER NOT NULL,
      attachment TEXT NOT NULL
    ) WITHOUT ROWID`,
    "CREATE TABLE switched_off (installation_id TEXT PRIMARY KEY) WITHOUT ROWID",
    // Which approval a held message decides, written down before it does.
    "CREATE TABLE approval_answer (inbox_id INTEGER PRIMARY KEY, approval_id TEXT NOT NULL)",
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
