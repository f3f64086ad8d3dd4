/** The plugins that one conversation does without. What is granted stays granted to all others. */

export function setPluginEnabled(sql: SqlStorage, installationId: string, isEnabled: boolean): void {
  sql.exec(
    isEnabled
      ? "DELETE FROM switched_off WHERE installation_id = ?"
      : "INSERT INTO switched_off (installation_id) VALUES (?) ON CONFLICT DO NOTHING",
    installationId,
  );
}

/** The installations that are off here. */
export function readSwitchedOff(sql: SqlStorage): string[] {
  return sql
    .exec<{ id: string }>("SELECT installation_id AS id FROM switched_off ORDER BY id")
    .toArray()
    .map(({ id }) => id);
}
