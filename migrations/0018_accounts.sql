-- Many accounts: whose key reads each, how its last reading went and when it is its turn again, and which company of the
-- user's own each belongs to.

-- Times here are this machine's: they order turns, and say nothing about rows.
ALTER TABLE accounts ADD COLUMN opened INTEGER;                      -- when a credential first opened it; null: only events named it
ALTER TABLE accounts ADD COLUMN credential TEXT;                     -- the name of the key or token that reads it; null: the one without a name
ALTER TABLE accounts ADD COLUMN platform INTEGER REFERENCES accounts(id);  -- a connected account: whose key reads it
ALTER TABLE accounts ADD COLUMN company TEXT;                        -- companies.id
ALTER TABLE accounts ADD COLUMN attempted INTEGER;                   -- when a sync last took it up
ALTER TABLE accounts ADD COLUMN synced INTEGER;                      -- when one last came to its end
ALTER TABLE accounts ADD COLUMN failures INTEGER NOT NULL DEFAULT 0; -- syncs that failed in a row
ALTER TABLE accounts ADD COLUMN retry_at INTEGER;                    -- not before then, after a failure
ALTER TABLE accounts ADD COLUMN error TEXT;                          -- why the last one failed
-- Until now an account that a credential had opened was known by what only the service tells.
UPDATE accounts SET
  opened = coalesce((SELECT min(started_at) FROM sync_logs WHERE account = accounts.id), events_until, created, 0),
  synced = (SELECT max(finished_at) FROM sync_logs WHERE account = accounts.id AND status IN ('complete', 'with gaps'))
WHERE coalesce(country, name, created) IS NOT NULL;
UPDATE accounts SET attempted = synced;
CREATE INDEX accounts_by_turn ON accounts (attempted) WHERE opened IS NOT NULL AND status = 'active';
CREATE INDEX accounts_by_platform ON accounts (platform) WHERE platform IS NOT NULL;
CREATE INDEX accounts_by_company ON accounts (company) WHERE company IS NOT NULL;

-- The user's own companies, tenants, clients: whatever their accounts and customers belong to.
CREATE TABLE companies (
  id TEXT NOT NULL PRIMARY KEY,        -- the user's own, as a customer's metadata `company_id` has it
  name TEXT NOT NULL,
  created INTEGER NOT NULL             -- unix seconds, this machine's
) STRICT, WITHOUT ROWID;

-- Customers that belong to a company though neither their account nor their metadata says so.
CREATE TABLE company_customers (
  account INTEGER NOT NULL REFERENCES accounts(id),
  customer_id TEXT NOT NULL,
  company TEXT NOT NULL,               -- companies.id
  PRIMARY KEY (account, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX company_customers_by_company ON company_customers (company);
