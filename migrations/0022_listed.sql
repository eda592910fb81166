-- Until here, unix seconds of this machine, the list of the accounts that are connected to a platform was read to its end.
-- Reading that was cut short begins again with the next run.
ALTER TABLE accounts ADD COLUMN listed INTEGER;

-- Files of before may lack it.
CREATE INDEX IF NOT EXISTS accounts_by_platform ON accounts (platform) WHERE platform IS NOT NULL;
