-- Tables that have columns or children which older programs did not take out of `data`: the next program that writes and
-- knows the resources computes them anew, row by row, and remembers here how far it is.
CREATE TABLE rereads (
  name TEXT PRIMARY KEY,               -- the table's name
  after_row_id INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
