-- What every provider needs: whose data this is, how far each list has been read, what is still to fetch, the event
-- log and the log of runs. The resource tables follow in the next migrations.

-- One row for each account of a service. Test and live mode of one account are two accounts.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,              -- 'stripe' or 'fic'
  remote_id TEXT NOT NULL,             -- 'acct_…' or the company id
  mode TEXT NOT NULL,                  -- 'live', 'test', 'sandbox'
  name TEXT,
  country TEXT,
  created INTEGER,                     -- unix seconds, as the service says
  status TEXT NOT NULL DEFAULT 'active',
  events_until INTEGER,                -- every event created before this second is in webhook_events
  UNIQUE (provider, remote_id, mode)
) STRICT;

-- Short numbers for table names, so that the narrow tables below stay narrow.
CREATE TABLE resources (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE            -- the table's name: 'stripe_customers'
) STRICT;

-- The ordering state of every row, apart from the row: it moves on even when the content does not change.
CREATE TABLE row_states (
  resource INTEGER NOT NULL,
  row_id INTEGER NOT NULL,
  from_s INTEGER NOT NULL,             -- the service's time during which the row's content is known to have held
  until_s INTEGER NOT NULL,
  event_id TEXT,                       -- the event that said it; null for an answer of the API
  PRIMARY KEY (resource, row_id)
) STRICT, WITHOUT ROWID;

-- One full reading of one list. A list with several passes (prices: active, inactive) has one walk for each.
CREATE TABLE walks (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  pass TEXT NOT NULL,                  -- the pass's query, '' for the plain one
  began_s INTEGER NOT NULL,            -- the service's clock when it began
  finished_s INTEGER,                  -- null while slices are open
  drained_s INTEGER,                   -- when what appeared meanwhile was read too
  UNIQUE (account, resource, pass)
) STRICT;

-- The parts of a walk. The half-open span [from_s, until_s) filters by `created`; null sides are open.
CREATE TABLE slices (
  id INTEGER PRIMARY KEY,
  walk INTEGER NOT NULL REFERENCES walks(id) ON DELETE CASCADE,
  from_s INTEGER,
  until_s INTEGER,
  cursor TEXT,                         -- the last object read with exactly these bounds
  cursor_s INTEGER,                    -- its `created`
  read_s INTEGER,                      -- when the cursor was last moved
  done INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX slices_open ON slices (walk) WHERE done = 0;

-- Objects to fetch one by one: changed without a sufficient payload, doubtful, missing from a walk, referenced but unknown.
CREATE TABLE fetches (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  id TEXT NOT NULL,
  not_before_s INTEGER NOT NULL,       -- a GET sent from this second on settles it
  reason TEXT NOT NULL,                -- 'event', 'unsettled', 'missing', 'referenced'
  PRIMARY KEY (account, resource, id)
) STRICT, WITHOUT ROWID;

-- Lists under one parent that are still to be read: truncated inside the parent, or not in it at all.
CREATE TABLE fanouts (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),  -- the child's
  parent_id TEXT NOT NULL,
  PRIMARY KEY (account, resource, parent_id)
) STRICT, WITHOUT ROWID;

-- Which lists an account may not read, or does not have, and when they were last asked.
CREATE TABLE availability (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  state TEXT NOT NULL,                 -- 'available', 'not available', 'forbidden'
  reason TEXT,
  checked_s INTEGER NOT NULL,
  PRIMARY KEY (account, resource)
) STRICT, WITHOUT ROWID;

-- The event log: every event once, whatever door it came by.
CREATE TABLE webhook_events (
  id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  account INTEGER NOT NULL REFERENCES accounts(id),
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  object TEXT,                         -- the table that it concerns, null where none does
  object_id TEXT,
  api_version TEXT,
  created INTEGER NOT NULL,            -- unix seconds, the service's
  payload TEXT NOT NULL,               -- the whole event, secrets removed
  status TEXT NOT NULL,                -- 'received', 'processed', 'ignored', 'failed'
  source TEXT NOT NULL,                -- the door: 'sync'
  received_at INTEGER NOT NULL,
  processed_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  UNIQUE (provider, account, event_id)
) STRICT;
CREATE INDEX webhook_events_by_object ON webhook_events (account, object, object_id, created);
CREATE INDEX webhook_events_waiting ON webhook_events (account, created) WHERE status = 'received';

-- One row for each run and resource.
CREATE TABLE sync_logs (
  id INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  status TEXT NOT NULL,                -- 'complete', 'partial', 'not available', 'forbidden', 'failed', 'interrupted'
  new INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT;
CREATE INDEX sync_logs_by_resource ON sync_logs (account, resource, finished_at);
