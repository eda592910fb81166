-- How long log and effect of an event took, in a table of its own: an event is written once, and what is known only
-- afterwards is a few bytes more. Before, every event's row and its place in the index by time were written twice.
CREATE TABLE webhook_times (
  event INTEGER PRIMARY KEY REFERENCES webhook_events(id) ON DELETE CASCADE,
  took_us INTEGER NOT NULL             -- of the last attempt, microseconds
) STRICT;
INSERT INTO webhook_times SELECT id, took_us FROM webhook_events WHERE took_us IS NOT NULL;
DROP INDEX webhook_events_by_time;
-- The column took_us of webhook_events stays, empty from now on: to drop it would write the whole log anew, and views of
-- somebody's own may name it.
UPDATE webhook_events SET took_us = NULL WHERE took_us IS NOT NULL;
CREATE INDEX webhook_events_by_time ON webhook_events
  (received_at, created, source, status, type, account, priority, attempts, duplicates);
