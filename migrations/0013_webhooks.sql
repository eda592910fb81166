-- Whether a walk reads a list of which there were rows already: what stands under those may have changed unseen.
ALTER TABLE walks ADD COLUMN again INTEGER NOT NULL DEFAULT 0;

-- The event log becomes a queue: what failed is tried again, and what was delivered twice is counted.
ALTER TABLE webhook_events ADD COLUMN livemode INTEGER;
ALTER TABLE webhook_events ADD COLUMN priority INTEGER NOT NULL DEFAULT 2;     -- 0 high, 1 medium, 2 low
ALTER TABLE webhook_events ADD COLUMN correlation_id TEXT;                     -- of the delivery that brought it
ALTER TABLE webhook_events ADD COLUMN duplicates INTEGER NOT NULL DEFAULT 0;   -- later deliveries of the same event
ALTER TABLE webhook_events ADD COLUMN next_attempt_at INTEGER;                 -- of what failed and is tried again
ALTER TABLE webhook_events ADD COLUMN took_us INTEGER;                         -- of the last attempt, microseconds
CREATE INDEX webhook_events_due ON webhook_events (next_attempt_at) WHERE status = 'failed' AND next_attempt_at IS NOT NULL;
CREATE INDEX webhook_events_dead ON webhook_events (account, received_at) WHERE status = 'dead';
-- Holds what the figures of the log are made of: a million rows with their payloads would take a minute to read.
CREATE INDEX webhook_events_by_time ON webhook_events
  (received_at, created, source, status, type, account, priority, attempts, duplicates, took_us);

-- Attempts that failed, oldest first.
CREATE TABLE webhook_attempts (
  event INTEGER NOT NULL REFERENCES webhook_events(id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,                 -- unix seconds
  took_us INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (event, attempt)
) STRICT, WITHOUT ROWID;
