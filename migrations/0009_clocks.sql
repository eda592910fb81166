-- How far the service's clock was ahead of this machine's when it was last looked at, and since which second of the
-- service's time. One of the two was wrong; if the next run finds them otherwise, what was dated meanwhile is in doubt.
ALTER TABLE accounts ADD COLUMN clock_ahead_s INTEGER;
ALTER TABLE accounts ADD COLUMN clock_since_s INTEGER;
