-- Events that could not be read name what is unknown until all lists have been read anew.
CREATE INDEX webhook_events_failed ON webhook_events (account, received_at) WHERE status = 'failed';
