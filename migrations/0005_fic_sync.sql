-- What pulling Fatture in Cloud has to remember: spent quotas, what each list is like, what lies in the bins.

-- Requests sent, so that quotas survive restarts. One row for each part of each window.
CREATE TABLE quotas (
  account INTEGER NOT NULL REFERENCES accounts(id),
  window_s INTEGER NOT NULL,           -- the window's length
  at_s INTEGER NOT NULL,               -- when the last of them left
  requests INTEGER NOT NULL
) STRICT;
CREATE INDEX quotas_by_account ON quotas (account, window_s);

-- One row for each pass of a list without events.
CREATE TABLE list_states (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  pass TEXT NOT NULL,
  total INTEGER,                       -- rows that it had when it was last read whole
  filter TEXT,                         -- by update: 'works', 'ignored', 'refused'; null until probed
  updated_until TEXT,                  -- every change before this local time of the service is in the file
  PRIMARY KEY (account, resource, pass)
) STRICT, WITHOUT ROWID;

-- Deleted documents that can be restored, as last seen.
CREATE TABLE bins (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  id TEXT NOT NULL,
  PRIMARY KEY (account, resource, id)
) STRICT, WITHOUT ROWID;
