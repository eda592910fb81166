-- Rows with a column that stayed empty because it cannot hold what was sent, by id, or by position where there is none.
-- Each is a place to look at, not a verdict: what became of the row since, whoever tells of it sees in the row.
CREATE TABLE gaps (
  account INTEGER NOT NULL REFERENCES accounts (id),
  resource INTEGER NOT NULL REFERENCES resources (id),
  parent_id TEXT NOT NULL,
  row_key TEXT NOT NULL,
  PRIMARY KEY (account, resource, parent_id, row_key)
) WITHOUT ROWID, STRICT;
