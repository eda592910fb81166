-- A change of a subscription that no event told of: two answers of the service differ. It stands until the event comes.
ALTER TABLE subscription_changes ADD COLUMN source TEXT NOT NULL DEFAULT 'event';  -- 'event', 'observed'
ALTER TABLE subscription_changes ADD COLUMN observed_since INTEGER;  -- when the state before was seen; the change is between
