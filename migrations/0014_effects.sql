-- What events say beyond the row that they are about. Both derive from the event alone and are keyed by it, so that any
-- order of delivery, and any number of deliveries, leaves the same rows.

-- The history of subscriptions. An amount is what all items bill in one period, before discounts and taxes: in minor units
-- where it is a whole number of them, else as its digits; null with a reason where it is not known.
CREATE TABLE subscription_changes (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  event_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,            -- among the changes of one event
  at INTEGER NOT NULL,                 -- the event's second
  kind TEXT NOT NULL,                  -- 'new', 'upgrade', 'downgrade', 'quantity', 'plan_change', 'trial_start', 'canceled', …
  subscription_id TEXT NOT NULL,
  customer_id TEXT,
  currency TEXT,
  old_amount_minor INTEGER,
  old_amount TEXT,                     -- digits, where there is a fraction
  old_amount_unknown TEXT,             -- why: 'tiered', 'metered', …
  new_amount_minor INTEGER,
  new_amount TEXT,
  new_amount_unknown TEXT,
  old_interval TEXT,
  old_interval_count INTEGER,
  new_interval TEXT,
  new_interval_count INTEGER,
  old_price_id TEXT,
  new_price_id TEXT,
  old_quantity INTEGER,
  new_quantity INTEGER,
  old_items TEXT,                      -- JSON, where there are several
  new_items TEXT,
  old_status TEXT,
  new_status TEXT,
  effective_at INTEGER NOT NULL,       -- for a planned end, when that is
  UNIQUE (account, event_id, ordinal)
) STRICT;
CREATE INDEX subscription_changes_by_subscription ON subscription_changes (account, subscription_id, at);

-- One row for each invoice of a subscription that was finalized: how far its collection has come, as its events say.
CREATE TABLE billing_periods (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  invoice_id TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  customer_id TEXT,
  period_start INTEGER,
  period_end INTEGER,
  period_from TEXT NOT NULL,           -- where the period was read: 'lines', 'lines_cut_short', 'invoice'
  currency TEXT,
  amount_due_minor INTEGER,
  amount_paid_minor INTEGER,
  amount_remaining_minor INTEGER,
  total_minor INTEGER,
  status TEXT NOT NULL,                -- 'finalized', 'sent', 'payment_failed', 'paid', 'void', 'uncollectible', …
  attempt_count INTEGER,
  billing_reason TEXT,
  at INTEGER NOT NULL,                 -- the second of the event that says so
  event_id TEXT NOT NULL,
  UNIQUE (account, invoice_id)
) STRICT;
CREATE INDEX billing_periods_by_subscription ON billing_periods (account, subscription_id, period_start);
