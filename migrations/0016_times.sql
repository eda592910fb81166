-- How long log and effect of an event took, in a table of its own: an event is written once, and what is known only
-- afterwards is a few bytes more. Before, every event's row and its place in the index by time were written twice.
CREATE TABLE webhook_times (
  event INTEGER PRIMARY KEY REFERENCES webhook_events(id) ON DELETE CASCADE,
  took_us INTEGER NOT NULL             -- of the last attempt, microseconds
) STRICT;
INSERT INTO webhook_times SELECT id, took_us FROM webhook_events WHERE took_us IS NOT NULL;
DROP INDEX webhook_events_by_time;
ALTER TABLE webhook_events DROP COLUMN took_us;
CREATE INDEX webhook_events_by_time ON webhook_events
  (received_at, created, source, status, type, account, priority, attempts, duplicates);
