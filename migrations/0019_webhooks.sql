-- Whom Fatture in Cloud sends notifications to, as its own list of subscriptions says. Stripe's are in stripe_webhook_endpoints.
CREATE TABLE fic_webhook_subscriptions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  sink TEXT,
  event_group TEXT,                    -- the last name of the sink's path, where it is one of ours
  verified INTEGER,
  expires_at TEXT,                     -- as sent, where it is
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,                  -- when the list did not show it any more
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;

-- How often the service was had to ask a sink who it is, and when last: it allows five times, and one in ten minutes.
CREATE TABLE fic_webhook_attempts (
  account INTEGER NOT NULL REFERENCES accounts(id),
  subscription_id TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  attempted_at INTEGER NOT NULL,       -- unix seconds, the service's clock
  PRIMARY KEY (account, subscription_id)
) STRICT, WITHOUT ROWID;
