-- What the numbered files make together; written by a test of src/store/migrate.rs.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,              -- 'stripe' or 'fic'
  remote_id TEXT NOT NULL,             -- 'acct_…' or the company id
  mode TEXT NOT NULL,                  -- 'live', 'test', 'sandbox'
  name TEXT,
  country TEXT,
  created INTEGER,                     -- unix seconds, as the service says
  status TEXT NOT NULL DEFAULT 'active',
  events_until INTEGER, clock_ahead_s INTEGER, clock_since_s INTEGER, opened INTEGER, credential TEXT, platform INTEGER REFERENCES accounts(id), company TEXT, attempted INTEGER, synced INTEGER, failures INTEGER NOT NULL DEFAULT 0, retry_at INTEGER, error TEXT, answered INTEGER, listed INTEGER,                -- every event created before this second is in webhook_events
  UNIQUE (provider, remote_id, mode)
) STRICT;
CREATE TABLE resources (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE            -- the table's name: 'stripe_customers'
) STRICT;
CREATE TABLE row_states (
  resource INTEGER NOT NULL,
  row_id INTEGER NOT NULL,
  from_s INTEGER NOT NULL,             -- the service's time during which the row's content is known to have held
  until_s INTEGER NOT NULL,
  event_id TEXT,                       -- the event that said it; null for an answer of the API
  PRIMARY KEY (resource, row_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE walks (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  pass TEXT NOT NULL,                  -- the pass's query, '' for the plain one
  began_s INTEGER NOT NULL,            -- the service's clock when it began
  finished_s INTEGER,                  -- null while slices are open
  drained_s INTEGER, again INTEGER NOT NULL DEFAULT 0,                   -- when what appeared meanwhile was read too
  UNIQUE (account, resource, pass)
) STRICT;
CREATE TABLE slices (
  id INTEGER PRIMARY KEY,
  walk INTEGER NOT NULL REFERENCES walks(id) ON DELETE CASCADE,
  from_s INTEGER,
  until_s INTEGER,
  cursor TEXT,                         -- the last object read with exactly these bounds
  cursor_s INTEGER,                    -- its `created`
  done INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX slices_open ON slices (walk) WHERE done = 0;
CREATE TABLE fetches (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  id TEXT NOT NULL,
  not_before_s INTEGER NOT NULL,       -- a GET sent from this second on settles it
  reason TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,                -- 'event', 'unsettled', 'missing', 'referenced'
  PRIMARY KEY (account, resource, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE fanouts (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),  -- the child's
  parent_id TEXT NOT NULL, asked INTEGER NOT NULL DEFAULT 1, tries INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account, resource, parent_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE availability (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  state TEXT NOT NULL,                 -- 'available', 'not available', 'forbidden'
  reason TEXT,
  checked_s INTEGER NOT NULL,
  PRIMARY KEY (account, resource)
) STRICT, WITHOUT ROWID;
CREATE TABLE webhook_events (
  id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  account INTEGER NOT NULL REFERENCES accounts(id),
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  object TEXT,                         -- the table that it concerns, null where none does
  object_id TEXT,
  api_version TEXT,
  created INTEGER NOT NULL,            -- unix seconds, the service's
  payload TEXT NOT NULL,               -- the whole event, secrets removed
  status TEXT NOT NULL,                -- 'received', 'processed', 'ignored', 'failed'
  source TEXT NOT NULL,                -- the door: 'sync'
  received_at INTEGER NOT NULL,
  processed_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT, livemode INTEGER, priority INTEGER NOT NULL DEFAULT 2, correlation_id TEXT, duplicates INTEGER NOT NULL DEFAULT 0, next_attempt_at INTEGER, took_us INTEGER,
  UNIQUE (provider, account, event_id)
) STRICT;
CREATE INDEX webhook_events_by_object ON webhook_events (account, object, object_id, created);
CREATE INDEX webhook_events_waiting ON webhook_events (account, created) WHERE status = 'received';
CREATE TABLE sync_logs (
  id INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  status TEXT NOT NULL,                -- 'complete', 'partial', 'not available', 'forbidden', 'failed', 'interrupted'
  new INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT;
CREATE INDEX sync_logs_by_resource ON sync_logs (account, resource, finished_at);
CREATE TABLE stripe_billing_alerts (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  livemode INTEGER,
  status TEXT,
  title TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_billing_alerts_odd ON stripe_billing_alerts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_billing_credit_balance_transactions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  credit_grant_id TEXT,
  effective_at INTEGER,
  livemode INTEGER,
  test_clock_id TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, amount_minor INTEGER, currency TEXT, invoice_id TEXT,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_billing_credit_balance_transactions_odd ON stripe_billing_credit_balance_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_billing_credit_balance_transactions_by_credit_grant_id ON stripe_billing_credit_balance_transactions (credit_grant_id);
CREATE INDEX stripe_billing_credit_balance_transactions_by_test_clock_id ON stripe_billing_credit_balance_transactions (test_clock_id);
CREATE TABLE stripe_billing_credit_grants (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  effective_at INTEGER,
  expires_at INTEGER,
  livemode INTEGER,
  name TEXT,
  test_clock_id TEXT,
  updated INTEGER,
  voided_at INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, amount_minor INTEGER, currency TEXT,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_billing_credit_grants_odd ON stripe_billing_credit_grants (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_billing_credit_grants_by_customer_id ON stripe_billing_credit_grants (customer_id);
CREATE INDEX stripe_billing_credit_grants_by_test_clock_id ON stripe_billing_credit_grants (test_clock_id);
CREATE TABLE stripe_billing_feedback_options (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_billing_feedback_options_odd ON stripe_billing_feedback_options (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_billing_meters (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  display_name TEXT,
  event_name TEXT,
  livemode INTEGER,
  status TEXT,
  updated INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_billing_meters_odd ON stripe_billing_meters (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_billing_meter_event_summaries (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  end_time INTEGER,
  livemode INTEGER,
  start_time INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_billing_meter_event_summaries_odd ON stripe_billing_meter_event_summaries (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_billing_portal_configurations (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  active INTEGER,
  application_id TEXT,
  livemode INTEGER,
  name TEXT,
  updated INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_billing_portal_configurations_odd ON stripe_billing_portal_configurations (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_billing_portal_configurations_by_application_id ON stripe_billing_portal_configurations (application_id);
CREATE TABLE stripe_credit_notes (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  invoice_id TEXT,
  number TEXT,
  status TEXT,
  type TEXT,
  reason TEXT,
  subtotal_minor INTEGER,
  total_minor INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  refund_id TEXT,
  customer_balance_transaction_id TEXT,
  effective_at INTEGER,
  voided_at INTEGER,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_credit_notes_odd ON stripe_credit_notes (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_credit_notes_by_customer_id ON stripe_credit_notes (customer_id);
CREATE INDEX stripe_credit_notes_by_invoice_id ON stripe_credit_notes (invoice_id);
CREATE TABLE stripe_credit_note_lines (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  amount_minor INTEGER,
  description TEXT,
  type TEXT,
  quantity TEXT,
  unit_amount_decimal TEXT,
  invoice_line_item_id TEXT,
  tax_minor INTEGER,
  discount_minor INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_credit_note_lines_odd ON stripe_credit_note_lines (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_credit_note_lines_by_position ON stripe_credit_note_lines (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_customers (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  email TEXT,
  name TEXT,
  phone TEXT,
  description TEXT,
  currency TEXT,
  balance_minor INTEGER,
  delinquent INTEGER,
  tax_exempt TEXT,
  invoice_prefix TEXT,
  default_source_id TEXT,
  default_payment_method_id TEXT,
  country TEXT,
  customer_account_id TEXT,
  test_clock_id TEXT,
  metadata TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, tax_status TEXT, tax_country TEXT,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_customers_odd ON stripe_customers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_customer_balance_transactions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  type TEXT,
  amount_minor INTEGER,
  ending_balance_minor INTEGER,
  currency TEXT,
  invoice_id TEXT,
  credit_note_id TEXT,
  description TEXT,
  created INTEGER,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_customer_balance_transactions_odd ON stripe_customer_balance_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_customer_balance_transactions_by_position ON stripe_customer_balance_transactions (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_customer_cash_balance_transactions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  currency TEXT,
  customer_id TEXT,
  livemode INTEGER,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_customer_cash_balance_transactions_odd ON stripe_customer_cash_balance_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_customer_cash_balance_transactions_by_position ON stripe_customer_cash_balance_transactions (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_customer_cash_balance_transactions_by_customer_id ON stripe_customer_cash_balance_transactions (customer_id);
CREATE TABLE stripe_customer_sources (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  object TEXT,
  brand TEXT,
  last4 TEXT,
  country TEXT,
  type TEXT,
  status TEXT,
  fingerprint TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_customer_sources_odd ON stripe_customer_sources (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_customer_sources_by_position ON stripe_customer_sources (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_customer_tax_ids (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  type TEXT,
  value TEXT,
  country TEXT,
  verification_status TEXT,
  created INTEGER,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_customer_tax_ids_odd ON stripe_customer_tax_ids (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_customer_tax_ids_by_position ON stripe_customer_tax_ids (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_entitlements_active_entitlements (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  feature_id TEXT,
  livemode INTEGER,
  lookup_key TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_entitlements_active_entitlements_odd ON stripe_entitlements_active_entitlements (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_entitlements_active_entitlements_by_position ON stripe_entitlements_active_entitlements (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_entitlements_active_entitlements_by_feature_id ON stripe_entitlements_active_entitlements (feature_id);
CREATE TABLE stripe_entitlements_features (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  active INTEGER,
  livemode INTEGER,
  lookup_key TEXT,
  name TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_entitlements_features_odd ON stripe_entitlements_features (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_invoice_payments (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  invoice_id TEXT,
  status TEXT,
  amount_requested_minor INTEGER,
  amount_paid_minor INTEGER,
  currency TEXT,
  is_default INTEGER,
  payment_type TEXT,
  payment_intent_id TEXT,
  charge_id TEXT,
  paid_at INTEGER,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_invoice_payments_odd ON stripe_invoice_payments (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_invoice_payments_by_invoice_id ON stripe_invoice_payments (invoice_id);
CREATE INDEX stripe_invoice_payments_by_payment_intent_id ON stripe_invoice_payments (payment_intent_id);
CREATE TABLE stripe_invoice_rendering_templates (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  livemode INTEGER,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_invoice_rendering_templates_odd ON stripe_invoice_rendering_templates (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_invoice_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  customer_id TEXT,
  invoice_id TEXT,
  subscription_id TEXT,
  amount_minor INTEGER,
  currency TEXT,
  description TEXT,
  quantity_decimal TEXT,
  date INTEGER,
  period_start INTEGER,
  period_end INTEGER,
  price_id TEXT,
  unit_amount_decimal TEXT,
  proration INTEGER,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_invoice_items_odd ON stripe_invoice_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_invoice_items_by_customer_id ON stripe_invoice_items (customer_id);
CREATE TABLE stripe_invoices (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  customer_account_id TEXT,
  subscription_id TEXT,
  quote_id TEXT,
  number TEXT,
  status TEXT,
  billing_reason TEXT,
  collection_method TEXT,
  currency TEXT,
  subtotal_minor INTEGER,
  tax_minor INTEGER,
  total_minor INTEGER,
  amount_due_minor INTEGER,
  amount_paid_minor INTEGER,
  amount_remaining_minor INTEGER,
  amount_overpaid_minor INTEGER,
  starting_balance_minor INTEGER,
  ending_balance_minor INTEGER,
  attempt_count INTEGER,
  auto_advance INTEGER,
  period_start INTEGER,
  period_end INTEGER,
  due_date INTEGER,
  effective_at INTEGER,
  finalized_at INTEGER,
  paid_at INTEGER,
  voided_at INTEGER,
  next_payment_attempt INTEGER,
  customer_email TEXT,
  customer_name TEXT,
  hosted_invoice_url TEXT,
  metadata TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, discount_minor INTEGER,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_invoices_odd ON stripe_invoices (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_invoices_by_customer_id ON stripe_invoices (customer_id);
CREATE INDEX stripe_invoices_by_subscription_id ON stripe_invoices (subscription_id);
CREATE TABLE stripe_invoice_lines (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  amount_minor INTEGER,
  currency TEXT,
  description TEXT,
  quantity_decimal TEXT,
  period_start INTEGER,
  period_end INTEGER,
  price_id TEXT,
  product_id TEXT,
  unit_amount_decimal TEXT,
  subscription_id TEXT,
  subscription_item_id TEXT,
  invoice_item_id TEXT,
  proration INTEGER,
  tax_minor INTEGER,
  discount_minor INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_invoice_lines_odd ON stripe_invoice_lines (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_invoice_lines_by_position ON stripe_invoice_lines (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_invoice_lines_by_price_id ON stripe_invoice_lines (price_id);
CREATE TABLE stripe_quotes (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  invoice_id TEXT,
  subscription_id TEXT,
  subscription_schedule_id TEXT,
  number TEXT,
  status TEXT,
  amount_subtotal_minor INTEGER,
  amount_total_minor INTEGER,
  currency TEXT,
  collection_method TEXT,
  expires_at INTEGER,
  test_clock_id TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_quotes_odd ON stripe_quotes (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_quotes_by_customer_id ON stripe_quotes (customer_id);
CREATE TABLE stripe_quote_computed_upfront_line_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  description TEXT,
  amount_subtotal_minor INTEGER,
  amount_total_minor INTEGER,
  amount_discount_minor INTEGER,
  amount_tax_minor INTEGER,
  currency TEXT,
  quantity TEXT,
  price_id TEXT,
  product_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_quote_computed_upfront_line_items_odd ON stripe_quote_computed_upfront_line_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_quote_computed_upfront_line_items_by_position ON stripe_quote_computed_upfront_line_items (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_quote_computed_upfront_line_items_by_price_id ON stripe_quote_computed_upfront_line_items (price_id);
CREATE TABLE stripe_quote_line_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  description TEXT,
  amount_subtotal_minor INTEGER,
  amount_total_minor INTEGER,
  amount_discount_minor INTEGER,
  amount_tax_minor INTEGER,
  currency TEXT,
  quantity TEXT,
  price_id TEXT,
  product_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_quote_line_items_odd ON stripe_quote_line_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_quote_line_items_by_position ON stripe_quote_line_items (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_quote_line_items_by_price_id ON stripe_quote_line_items (price_id);
CREATE TABLE stripe_subscription_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  price_id TEXT,
  product_id TEXT,
  quantity INTEGER,
  current_period_start INTEGER,
  current_period_end INTEGER,
  unit_amount_decimal TEXT,
  currency TEXT,
  interval TEXT,
  interval_count INTEGER,
  usage_type TEXT,
  billing_scheme TEXT,
  created INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_subscription_items_odd ON stripe_subscription_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_subscription_items_by_position ON stripe_subscription_items (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_subscription_items_by_price_id ON stripe_subscription_items (price_id);
CREATE TABLE stripe_subscription_schedules (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  subscription_id TEXT,
  released_subscription_id TEXT,
  status TEXT,
  end_behavior TEXT,
  current_phase_start INTEGER,
  current_phase_end INTEGER,
  canceled_at INTEGER,
  completed_at INTEGER,
  released_at INTEGER,
  test_clock_id TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_subscription_schedules_odd ON stripe_subscription_schedules (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_subscriptions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  customer_account_id TEXT,
  status TEXT,
  currency TEXT,
  collection_method TEXT,
  start_date INTEGER,
  current_period_start INTEGER,
  current_period_end INTEGER,
  billing_cycle_anchor INTEGER,
  cancel_at_period_end INTEGER,
  cancel_at INTEGER,
  canceled_at INTEGER,
  ended_at INTEGER,
  trial_start INTEGER,
  trial_end INTEGER,
  pause_behavior TEXT,
  pause_resumes_at INTEGER,
  latest_invoice_id TEXT,
  default_payment_method_id TEXT,
  schedule_id TEXT,
  item_count INTEGER,
  test_clock_id TEXT,
  metadata TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_subscriptions_odd ON stripe_subscriptions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_subscriptions_by_customer_id ON stripe_subscriptions (customer_id);
CREATE TABLE stripe_tax_calculation_line_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  amount_minor INTEGER,
  amount_tax_minor INTEGER,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_tax_calculation_line_items_odd ON stripe_tax_calculation_line_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_tax_locations (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_tax_locations_odd ON stripe_tax_locations (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_tax_registrations (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  active_from INTEGER,
  country TEXT,
  expires_at INTEGER,
  livemode INTEGER,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_tax_registrations_odd ON stripe_tax_registrations (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_tax_transaction_line_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  amount_minor INTEGER,
  amount_tax_minor INTEGER,
  livemode INTEGER,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_tax_transaction_line_items_odd ON stripe_tax_transaction_line_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_tax_codes (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  description TEXT,
  name TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_tax_codes_odd ON stripe_tax_codes (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_tax_ids (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  type TEXT,
  value TEXT,
  country TEXT,
  customer_id TEXT,
  verification_status TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_tax_ids_odd ON stripe_tax_ids (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_tax_rates (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  display_name TEXT,
  percentage TEXT,
  effective_percentage TEXT,
  inclusive INTEGER,
  active INTEGER,
  country TEXT,
  state TEXT,
  jurisdiction TEXT,
  tax_type TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_tax_rates_odd ON stripe_tax_rates (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_test_helpers_test_clocks (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  deletes_after INTEGER,
  frozen_time INTEGER,
  livemode INTEGER,
  name TEXT,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_test_helpers_test_clocks_odd ON stripe_test_helpers_test_clocks (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_discounts (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  coupon_id TEXT,
  promotion_code_id TEXT,
  customer_id TEXT,
  subscription_id TEXT,
  subscription_item_id TEXT,
  invoice_id TEXT,
  start INTEGER,
  end_at INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, invoice_item_id TEXT, checkout_session_id TEXT,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_discounts_odd ON stripe_discounts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_discounts_by_position ON stripe_discounts (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_discounts_by_coupon_id ON stripe_discounts (coupon_id);
CREATE TABLE stripe_coupons (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  name TEXT,
  amount_off_minor INTEGER,
  currency TEXT,
  percent_off TEXT,
  duration TEXT,
  duration_in_months INTEGER,
  max_redemptions INTEGER,
  times_redeemed INTEGER,
  redeem_by INTEGER,
  valid INTEGER,
  applies_to TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_coupons_odd ON stripe_coupons (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_payment_links (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  active INTEGER,
  application_id TEXT,
  currency TEXT,
  livemode INTEGER,
  on_behalf_of_id TEXT,
  url TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_payment_links_odd ON stripe_payment_links (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_payment_links_by_application_id ON stripe_payment_links (application_id);
CREATE INDEX stripe_payment_links_by_on_behalf_of_id ON stripe_payment_links (on_behalf_of_id);
CREATE TABLE stripe_payment_link_line_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  description TEXT,
  amount_subtotal_minor INTEGER,
  amount_total_minor INTEGER,
  amount_discount_minor INTEGER,
  amount_tax_minor INTEGER,
  currency TEXT,
  quantity TEXT,
  price_id TEXT,
  product_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_payment_link_line_items_odd ON stripe_payment_link_line_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_payment_link_line_items_by_position ON stripe_payment_link_line_items (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_payment_link_line_items_by_price_id ON stripe_payment_link_line_items (price_id);
CREATE TABLE stripe_plans (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  product_id TEXT,
  active INTEGER,
  currency TEXT,
  amount_minor INTEGER,
  amount_decimal TEXT,
  billing_scheme TEXT,
  interval TEXT,
  interval_count INTEGER,
  usage_type TEXT,
  tiers_mode TEXT,
  nickname TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_plans_odd ON stripe_plans (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_plans_by_product_id ON stripe_plans (product_id);
CREATE TABLE stripe_prices (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  product_id TEXT,
  active INTEGER,
  currency TEXT,
  type TEXT,
  unit_amount_minor INTEGER,
  unit_amount_decimal TEXT,
  billing_scheme TEXT,
  interval TEXT,
  interval_count INTEGER,
  usage_type TEXT,
  meter_id TEXT,
  tiers_mode TEXT,
  tax_behavior TEXT,
  lookup_key TEXT,
  nickname TEXT,
  metadata TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_prices_odd ON stripe_prices (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_prices_by_product_id ON stripe_prices (product_id);
CREATE TABLE stripe_product_catalog_trial_offers (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_product_catalog_trial_offers_odd ON stripe_product_catalog_trial_offers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_products (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  name TEXT,
  active INTEGER,
  type TEXT,
  description TEXT,
  default_price_id TEXT,
  tax_code_id TEXT,
  unit_label TEXT,
  updated INTEGER,
  metadata TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_products_odd ON stripe_products (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_product_features (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  entitlement_feature_id TEXT,
  lookup_key TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_product_features_odd ON stripe_product_features (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_product_features_by_position ON stripe_product_features (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_promotion_codes (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  code TEXT,
  coupon_id TEXT,
  customer_id TEXT,
  active INTEGER,
  expires_at INTEGER,
  max_redemptions INTEGER,
  times_redeemed INTEGER,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_promotion_codes_odd ON stripe_promotion_codes (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_promotion_codes_by_coupon_id ON stripe_promotion_codes (coupon_id);
CREATE TABLE stripe_shipping_rates (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  active INTEGER,
  display_name TEXT,
  livemode INTEGER,
  tax_code_id TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_shipping_rates_odd ON stripe_shipping_rates (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_shipping_rates_by_tax_code_id ON stripe_shipping_rates (tax_code_id);
CREATE TABLE stripe_balance_transactions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  source_id TEXT,
  type TEXT,
  reporting_category TEXT,
  status TEXT,
  amount_minor INTEGER,
  fee_minor INTEGER,
  net_minor INTEGER,
  currency TEXT,
  exchange_rate TEXT,
  available_on INTEGER,
  description TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_balance_transactions_odd ON stripe_balance_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_balance_transactions_by_source_id ON stripe_balance_transactions (source_id);
CREATE TABLE stripe_charges (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  payment_intent_id TEXT,
  invoice_id TEXT,
  status TEXT,
  amount_minor INTEGER,
  amount_captured_minor INTEGER,
  amount_refunded_minor INTEGER,
  currency TEXT,
  paid INTEGER,
  captured INTEGER,
  refunded INTEGER,
  disputed INTEGER,
  balance_transaction_id TEXT,
  payment_method_id TEXT,
  payment_method_type TEXT,
  card_brand TEXT,
  card_last4 TEXT,
  failure_code TEXT,
  outcome_type TEXT,
  risk_level TEXT,
  transfer_id TEXT,
  application_fee_id TEXT,
  on_behalf_of_id TEXT,
  description TEXT,
  receipt_email TEXT,
  statement_descriptor TEXT,
  metadata TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_charges_odd ON stripe_charges (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_charges_by_customer_id ON stripe_charges (customer_id);
CREATE INDEX stripe_charges_by_payment_intent_id ON stripe_charges (payment_intent_id);
CREATE TABLE stripe_checkout_sessions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  payment_intent_id TEXT,
  subscription_id TEXT,
  invoice_id TEXT,
  setup_intent_id TEXT,
  payment_link_id TEXT,
  client_reference_id TEXT,
  mode TEXT,
  status TEXT,
  payment_status TEXT,
  amount_subtotal_minor INTEGER,
  amount_total_minor INTEGER,
  currency TEXT,
  customer_email TEXT,
  expires_at INTEGER,
  metadata TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_checkout_sessions_odd ON stripe_checkout_sessions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_checkout_sessions_by_customer_id ON stripe_checkout_sessions (customer_id);
CREATE INDEX stripe_checkout_sessions_by_payment_intent_id ON stripe_checkout_sessions (payment_intent_id);
CREATE INDEX stripe_checkout_sessions_by_subscription_id ON stripe_checkout_sessions (subscription_id);
CREATE TABLE stripe_checkout_session_line_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  description TEXT,
  amount_subtotal_minor INTEGER,
  amount_total_minor INTEGER,
  amount_discount_minor INTEGER,
  amount_tax_minor INTEGER,
  currency TEXT,
  quantity TEXT,
  price_id TEXT,
  product_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_checkout_session_line_items_odd ON stripe_checkout_session_line_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_checkout_session_line_items_by_position ON stripe_checkout_session_line_items (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_checkout_session_line_items_by_price_id ON stripe_checkout_session_line_items (price_id);
CREATE TABLE stripe_disputes (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  charge_id TEXT,
  payment_intent_id TEXT,
  status TEXT,
  reason TEXT,
  amount_minor INTEGER,
  currency TEXT,
  is_charge_refundable INTEGER,
  evidence_due_by INTEGER,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_disputes_odd ON stripe_disputes (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_disputes_by_charge_id ON stripe_disputes (charge_id);
CREATE TABLE stripe_file_links (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  expires_at INTEGER,
  file_id TEXT,
  livemode INTEGER,
  url TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_file_links_odd ON stripe_file_links (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_file_links_by_file_id ON stripe_file_links (file_id);
CREATE TABLE stripe_files (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  expires_at INTEGER,
  filename TEXT,
  purpose TEXT,
  title TEXT,
  type TEXT,
  url TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_files_odd ON stripe_files (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_payment_attempt_records (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  description TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, amount_minor INTEGER, amount_requested_minor INTEGER, amount_authorized_minor INTEGER, amount_guaranteed_minor INTEGER, amount_refunded_minor INTEGER, amount_canceled_minor INTEGER, amount_failed_minor INTEGER, currency TEXT,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_payment_attempt_records_odd ON stripe_payment_attempt_records (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_payment_attempt_records_by_position ON stripe_payment_attempt_records (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_payment_intents (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  latest_charge_id TEXT,
  payment_method_id TEXT,
  invoice_id TEXT,
  status TEXT,
  amount_minor INTEGER,
  amount_received_minor INTEGER,
  amount_capturable_minor INTEGER,
  currency TEXT,
  capture_method TEXT,
  confirmation_method TEXT,
  cancellation_reason TEXT,
  canceled_at INTEGER,
  last_error_code TEXT,
  description TEXT,
  metadata TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_payment_intents_odd ON stripe_payment_intents (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_payment_intents_by_customer_id ON stripe_payment_intents (customer_id);
CREATE TABLE stripe_payment_intent_amount_details_line_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_payment_intent_amount_details_line_items_odd ON stripe_payment_intent_amount_details_line_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_payment_intent_amount_details_line_items_by_position ON stripe_payment_intent_amount_details_line_items (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_payment_method_configurations (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  active INTEGER,
  livemode INTEGER,
  name TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_payment_method_configurations_odd ON stripe_payment_method_configurations (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_payment_method_domains (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  domain_name TEXT,
  enabled INTEGER,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_payment_method_domains_odd ON stripe_payment_method_domains (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_payment_methods (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  type TEXT,
  card_brand TEXT,
  card_last4 TEXT,
  card_exp_month INTEGER,
  card_exp_year INTEGER,
  card_fingerprint TEXT,
  country TEXT,
  billing_email TEXT,
  billing_name TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_payment_methods_odd ON stripe_payment_methods (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_payment_methods_by_customer_id ON stripe_payment_methods (customer_id);
CREATE TABLE stripe_payment_records (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  description TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, amount_minor INTEGER, amount_requested_minor INTEGER, amount_authorized_minor INTEGER, amount_guaranteed_minor INTEGER, amount_refunded_minor INTEGER, amount_canceled_minor INTEGER, amount_failed_minor INTEGER, currency TEXT,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_payment_records_odd ON stripe_payment_records (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_payouts (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  status TEXT,
  type TEXT,
  method TEXT,
  amount_minor INTEGER,
  currency TEXT,
  arrival_date INTEGER,
  automatic INTEGER,
  balance_transaction_id TEXT,
  destination_id TEXT,
  failure_code TEXT,
  reconciliation_status TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_payouts_odd ON stripe_payouts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_payouts_by_balance_transaction_id ON stripe_payouts (balance_transaction_id);
CREATE TABLE stripe_radar_early_fraud_warnings (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  charge_id TEXT,
  livemode INTEGER,
  payment_intent_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_radar_early_fraud_warnings_odd ON stripe_radar_early_fraud_warnings (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_radar_early_fraud_warnings_by_charge_id ON stripe_radar_early_fraud_warnings (charge_id);
CREATE INDEX stripe_radar_early_fraud_warnings_by_payment_intent_id ON stripe_radar_early_fraud_warnings (payment_intent_id);
CREATE TABLE stripe_radar_value_list_items (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  livemode INTEGER,
  value TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_radar_value_list_items_odd ON stripe_radar_value_list_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_radar_value_list_items_by_position ON stripe_radar_value_list_items (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_radar_value_lists (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  livemode INTEGER,
  name TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_radar_value_lists_odd ON stripe_radar_value_lists (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_refunds (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  charge_id TEXT,
  payment_intent_id TEXT,
  status TEXT,
  reason TEXT,
  amount_minor INTEGER,
  currency TEXT,
  balance_transaction_id TEXT,
  failure_reason TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_refunds_odd ON stripe_refunds (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_refunds_by_charge_id ON stripe_refunds (charge_id);
CREATE INDEX stripe_refunds_by_payment_intent_id ON stripe_refunds (payment_intent_id);
CREATE TABLE stripe_reviews (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  charge_id TEXT,
  livemode INTEGER,
  open INTEGER,
  payment_intent_id TEXT,
  reason TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_reviews_odd ON stripe_reviews (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_reviews_by_charge_id ON stripe_reviews (charge_id);
CREATE INDEX stripe_reviews_by_payment_intent_id ON stripe_reviews (payment_intent_id);
CREATE TABLE stripe_setup_attempts (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  application_id TEXT,
  customer_id TEXT,
  livemode INTEGER,
  on_behalf_of_id TEXT,
  payment_method_id TEXT,
  setup_intent_id TEXT,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_setup_attempts_odd ON stripe_setup_attempts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_setup_attempts_by_position ON stripe_setup_attempts (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_setup_attempts_by_application_id ON stripe_setup_attempts (application_id);
CREATE INDEX stripe_setup_attempts_by_customer_id ON stripe_setup_attempts (customer_id);
CREATE TABLE stripe_setup_intents (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  customer_id TEXT,
  payment_method_id TEXT,
  latest_attempt_id TEXT,
  mandate_id TEXT,
  status TEXT,
  usage TEXT,
  cancellation_reason TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_setup_intents_odd ON stripe_setup_intents (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_source_transactions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  livemode INTEGER,
  status TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_source_transactions_odd ON stripe_source_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_topups (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  balance_transaction_id TEXT,
  currency TEXT,
  description TEXT,
  livemode INTEGER,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_topups_odd ON stripe_topups (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_topups_by_balance_transaction_id ON stripe_topups (balance_transaction_id);
CREATE TABLE stripe_accounts (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  type TEXT,
  email TEXT,
  country TEXT,
  default_currency TEXT,
  business_type TEXT,
  business_name TEXT,
  charges_enabled INTEGER,
  payouts_enabled INTEGER,
  details_submitted INTEGER,
  metadata TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_accounts_odd ON stripe_accounts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_account_capabilities (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  status TEXT,
  requested INTEGER,
  requested_at INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_account_capabilities_odd ON stripe_account_capabilities (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_account_capabilities_by_position ON stripe_account_capabilities (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_account_external_accounts (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  object TEXT,
  brand TEXT,
  last4 TEXT,
  country TEXT,
  currency TEXT,
  status TEXT,
  bank_name TEXT,
  default_for_currency INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_account_external_accounts_odd ON stripe_account_external_accounts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_account_external_accounts_by_position ON stripe_account_external_accounts (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_account_persons (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  first_name TEXT,
  last_name TEXT,
  email TEXT,
  is_owner INTEGER,
  is_director INTEGER,
  is_representative INTEGER,
  verification_status TEXT,
  created INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_account_persons_odd ON stripe_account_persons (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_account_persons_by_position ON stripe_account_persons (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_application_fees (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  account_id TEXT,
  amount_minor INTEGER,
  amount_refunded_minor INTEGER,
  application_id TEXT,
  balance_transaction_id TEXT,
  charge_id TEXT,
  currency TEXT,
  livemode INTEGER,
  originating_transaction_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_application_fees_odd ON stripe_application_fees (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_application_fees_by_account_id ON stripe_application_fees (account_id);
CREATE INDEX stripe_application_fees_by_application_id ON stripe_application_fees (application_id);
CREATE TABLE stripe_application_fee_refunds (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  amount_minor INTEGER,
  currency TEXT,
  balance_transaction_id TEXT,
  created INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_application_fee_refunds_odd ON stripe_application_fee_refunds (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_application_fee_refunds_by_position ON stripe_application_fee_refunds (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_country_specs (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_country_specs_odd ON stripe_country_specs (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_exchange_rates (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_exchange_rates_odd ON stripe_exchange_rates (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_transfers (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  destination_id TEXT,
  amount_minor INTEGER,
  amount_reversed_minor INTEGER,
  currency TEXT,
  reversed INTEGER,
  source_transaction_id TEXT,
  transfer_group TEXT,
  balance_transaction_id TEXT,
  description TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_transfers_odd ON stripe_transfers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_transfers_by_destination_id ON stripe_transfers (destination_id);
CREATE INDEX stripe_transfers_by_source_transaction_id ON stripe_transfers (source_transaction_id);
CREATE TABLE stripe_transfer_reversals (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  amount_minor INTEGER,
  currency TEXT,
  balance_transaction_id TEXT,
  source_refund_id TEXT,
  destination_payment_refund_id TEXT,
  created INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_transfer_reversals_odd ON stripe_transfer_reversals (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_transfer_reversals_by_position ON stripe_transfer_reversals (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_issuing_authorizations (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  cardholder_id TEXT,
  currency TEXT,
  livemode INTEGER,
  merchant_amount_minor INTEGER,
  status TEXT,
  token_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, card_id TEXT, merchant_currency TEXT,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_authorizations_odd ON stripe_issuing_authorizations (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_issuing_authorizations_by_cardholder_id ON stripe_issuing_authorizations (cardholder_id);
CREATE INDEX stripe_issuing_authorizations_by_token_id ON stripe_issuing_authorizations (token_id);
CREATE TABLE stripe_issuing_cardholders (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  email TEXT,
  livemode INTEGER,
  name TEXT,
  status TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_cardholders_odd ON stripe_issuing_cardholders (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_issuing_cards (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  currency TEXT,
  financial_account TEXT,
  livemode INTEGER,
  personalization_design_id TEXT,
  replaced_by_id TEXT,
  replacement_for_id TEXT,
  status TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, cardholder_id TEXT,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_cards_odd ON stripe_issuing_cards (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_issuing_cards_by_personalization_design_id ON stripe_issuing_cards (personalization_design_id);
CREATE INDEX stripe_issuing_cards_by_replaced_by_id ON stripe_issuing_cards (replaced_by_id);
CREATE TABLE stripe_issuing_disputes (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  livemode INTEGER,
  status TEXT,
  transaction_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_disputes_odd ON stripe_issuing_disputes (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_issuing_disputes_by_transaction_id ON stripe_issuing_disputes (transaction_id);
CREATE TABLE stripe_issuing_personalization_designs (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  card_logo_id TEXT,
  livemode INTEGER,
  lookup_key TEXT,
  name TEXT,
  physical_bundle_id TEXT,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_personalization_designs_odd ON stripe_issuing_personalization_designs (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_issuing_personalization_designs_by_card_logo_id ON stripe_issuing_personalization_designs (card_logo_id);
CREATE INDEX stripe_issuing_personalization_designs_by_physical_bundle_id ON stripe_issuing_personalization_designs (physical_bundle_id);
CREATE TABLE stripe_issuing_physical_bundles (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  livemode INTEGER,
  name TEXT,
  status TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_physical_bundles_odd ON stripe_issuing_physical_bundles (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_issuing_tokens (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  card_id TEXT,
  livemode INTEGER,
  network_updated_at INTEGER,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_issuing_tokens_odd ON stripe_issuing_tokens (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_issuing_tokens_by_position ON stripe_issuing_tokens (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_issuing_tokens_by_card_id ON stripe_issuing_tokens (card_id);
CREATE TABLE stripe_issuing_transactions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  authorization_id TEXT,
  balance_transaction_id TEXT,
  card_id TEXT,
  cardholder_id TEXT,
  currency TEXT,
  dispute_id TEXT,
  livemode INTEGER,
  merchant_amount_minor INTEGER,
  token_id TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0, merchant_currency TEXT,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_transactions_odd ON stripe_issuing_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_issuing_transactions_by_authorization_id ON stripe_issuing_transactions (authorization_id);
CREATE INDEX stripe_issuing_transactions_by_balance_transaction_id ON stripe_issuing_transactions (balance_transaction_id);
CREATE TABLE stripe_treasury_credit_reversals (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  financial_account TEXT,
  livemode INTEGER,
  status TEXT,
  transaction_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_treasury_credit_reversals_odd ON stripe_treasury_credit_reversals (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_treasury_credit_reversals_by_position ON stripe_treasury_credit_reversals (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_treasury_credit_reversals_by_transaction_id ON stripe_treasury_credit_reversals (transaction_id);
CREATE TABLE stripe_treasury_debit_reversals (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  financial_account TEXT,
  livemode INTEGER,
  status TEXT,
  transaction_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_treasury_debit_reversals_odd ON stripe_treasury_debit_reversals (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_treasury_debit_reversals_by_position ON stripe_treasury_debit_reversals (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_treasury_debit_reversals_by_transaction_id ON stripe_treasury_debit_reversals (transaction_id);
CREATE TABLE stripe_treasury_financial_accounts (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  country TEXT,
  livemode INTEGER,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_treasury_financial_accounts_odd ON stripe_treasury_financial_accounts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_treasury_inbound_transfers (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  description TEXT,
  financial_account TEXT,
  livemode INTEGER,
  status TEXT,
  transaction_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_treasury_inbound_transfers_odd ON stripe_treasury_inbound_transfers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_treasury_inbound_transfers_by_position ON stripe_treasury_inbound_transfers (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_treasury_inbound_transfers_by_transaction_id ON stripe_treasury_inbound_transfers (transaction_id);
CREATE TABLE stripe_treasury_outbound_payments (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  customer TEXT,
  description TEXT,
  expected_arrival_date INTEGER,
  financial_account TEXT,
  livemode INTEGER,
  status TEXT,
  transaction_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_treasury_outbound_payments_odd ON stripe_treasury_outbound_payments (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_treasury_outbound_payments_by_position ON stripe_treasury_outbound_payments (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_treasury_outbound_payments_by_transaction_id ON stripe_treasury_outbound_payments (transaction_id);
CREATE TABLE stripe_treasury_outbound_transfers (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  description TEXT,
  expected_arrival_date INTEGER,
  financial_account TEXT,
  livemode INTEGER,
  status TEXT,
  transaction_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_treasury_outbound_transfers_odd ON stripe_treasury_outbound_transfers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_treasury_outbound_transfers_by_position ON stripe_treasury_outbound_transfers (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_treasury_outbound_transfers_by_transaction_id ON stripe_treasury_outbound_transfers (transaction_id);
CREATE TABLE stripe_treasury_received_credits (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  description TEXT,
  financial_account TEXT,
  livemode INTEGER,
  status TEXT,
  transaction_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_treasury_received_credits_odd ON stripe_treasury_received_credits (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_treasury_received_credits_by_position ON stripe_treasury_received_credits (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_treasury_received_credits_by_transaction_id ON stripe_treasury_received_credits (transaction_id);
CREATE TABLE stripe_treasury_received_debits (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  description TEXT,
  financial_account TEXT,
  livemode INTEGER,
  status TEXT,
  transaction_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_treasury_received_debits_odd ON stripe_treasury_received_debits (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_treasury_received_debits_by_position ON stripe_treasury_received_debits (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_treasury_received_debits_by_transaction_id ON stripe_treasury_received_debits (transaction_id);
CREATE TABLE stripe_treasury_transaction_entries (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  currency TEXT,
  effective_at INTEGER,
  financial_account TEXT,
  livemode INTEGER,
  transaction_id TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_treasury_transaction_entries_odd ON stripe_treasury_transaction_entries (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_treasury_transaction_entries_by_position ON stripe_treasury_transaction_entries (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_treasury_transaction_entries_by_transaction_id ON stripe_treasury_transaction_entries (transaction_id);
CREATE TABLE stripe_treasury_transactions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  currency TEXT,
  description TEXT,
  financial_account TEXT,
  livemode INTEGER,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_treasury_transactions_odd ON stripe_treasury_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_treasury_transactions_by_position ON stripe_treasury_transactions (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_terminal_configurations (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  livemode INTEGER,
  name TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_terminal_configurations_odd ON stripe_terminal_configurations (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_terminal_locations (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  display_name TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_terminal_locations_odd ON stripe_terminal_locations (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_terminal_readers (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  last_seen_at INTEGER,
  livemode INTEGER,
  location_id TEXT,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_terminal_readers_odd ON stripe_terminal_readers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_terminal_readers_by_location_id ON stripe_terminal_readers (location_id);
CREATE TABLE stripe_apple_pay_domains (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  domain_name TEXT,
  livemode INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_apple_pay_domains_odd ON stripe_apple_pay_domains (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_apps_installs (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_apps_installs_odd ON stripe_apps_installs (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_apps_secrets (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  expires_at INTEGER,
  livemode INTEGER,
  name TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_apps_secrets_odd ON stripe_apps_secrets (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_climate_orders (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  amount_fees_minor INTEGER,
  amount_subtotal_minor INTEGER,
  amount_total_minor INTEGER,
  canceled_at INTEGER,
  confirmed_at INTEGER,
  currency TEXT,
  delayed_at INTEGER,
  delivered_at INTEGER,
  livemode INTEGER,
  product_id TEXT,
  product_substituted_at INTEGER,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_climate_orders_odd ON stripe_climate_orders (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_climate_orders_by_product_id ON stripe_climate_orders (product_id);
CREATE TABLE stripe_climate_products (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  livemode INTEGER,
  name TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_climate_products_odd ON stripe_climate_products (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_climate_suppliers (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  livemode INTEGER,
  name TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_climate_suppliers_odd ON stripe_climate_suppliers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_financial_connections_accounts (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  display_name TEXT,
  livemode INTEGER,
  ownership_id TEXT,
  status TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_financial_connections_accounts_odd ON stripe_financial_connections_accounts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_financial_connections_accounts_by_ownership_id ON stripe_financial_connections_accounts (ownership_id);
CREATE TABLE stripe_financial_connections_transactions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  amount_minor INTEGER,
  currency TEXT,
  description TEXT,
  livemode INTEGER,
  status TEXT,
  transacted_at INTEGER,
  updated INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_financial_connections_transactions_odd ON stripe_financial_connections_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_financial_connections_transactions_by_position ON stripe_financial_connections_transactions (account, parent_id, position) WHERE id IS NULL;
CREATE TABLE stripe_forwarding_requests (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  livemode INTEGER,
  url TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_forwarding_requests_odd ON stripe_forwarding_requests (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_identity_verification_reports (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  livemode INTEGER,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_identity_verification_reports_odd ON stripe_identity_verification_reports (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_identity_verification_sessions (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  last_verification_report_id TEXT,
  livemode INTEGER,
  status TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_identity_verification_sessions_odd ON stripe_identity_verification_sessions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_identity_verification_sessions_by_last_verification_report_id ON stripe_identity_verification_sessions (last_verification_report_id);
CREATE TABLE stripe_reporting_report_runs (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  livemode INTEGER,
  status TEXT,
  succeeded_at INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_reporting_report_runs_odd ON stripe_reporting_report_runs (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_reporting_report_types (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  data_available_end INTEGER,
  data_available_start INTEGER,
  livemode INTEGER,
  name TEXT,
  updated INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_reporting_report_types_odd ON stripe_reporting_report_types (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_sigma_scheduled_query_runs (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  data_load_time INTEGER,
  livemode INTEGER,
  result_available_until INTEGER,
  status TEXT,
  title TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_sigma_scheduled_query_runs_odd ON stripe_sigma_scheduled_query_runs (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_three_d_secure_authentications (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_three_d_secure_authentications_odd ON stripe_three_d_secure_authentications (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE stripe_webhook_endpoints (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  description TEXT,
  livemode INTEGER,
  status TEXT,
  url TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_webhook_endpoints_odd ON stripe_webhook_endpoints (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_clients (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    code TEXT,
    name TEXT,
    type TEXT,
    first_name TEXT,
    last_name TEXT,
    contact_person TEXT,
    vat_number TEXT,
    tax_code TEXT,
    address_street TEXT,
    address_postal_code TEXT,
    address_city TEXT,
    address_province TEXT,
    country TEXT,
    country_iso TEXT,
    email TEXT,
    certified_email TEXT,
    phone TEXT,
    ei_code TEXT,
    bank_iban TEXT,
    e_invoice INTEGER,
    default_vat_id TEXT,
    default_payment_method_id TEXT,
    default_payment_terms INTEGER,
    default_payment_terms_type TEXT,
    default_discount TEXT, -- exact decimal
    has_intent_declaration INTEGER,
    intent_declaration_protocol_date TEXT,
    price_list_id TEXT,
    created_at TEXT,
    created_s INTEGER, -- derived: created_at read as Europe/Rome
    updated_at TEXT,
    updated_s INTEGER, -- derived: updated_at read as Europe/Rome
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_clients_odd ON fic_clients (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX fic_clients_by_default_vat_id ON fic_clients(default_vat_id);
CREATE INDEX fic_clients_by_default_payment_method_id ON fic_clients(default_payment_method_id);
CREATE INDEX fic_clients_by_price_list_id ON fic_clients(price_list_id);
CREATE TABLE fic_suppliers (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    code TEXT,
    name TEXT,
    type TEXT,
    first_name TEXT,
    last_name TEXT,
    contact_person TEXT,
    vat_number TEXT,
    tax_code TEXT,
    address_street TEXT,
    address_postal_code TEXT,
    address_city TEXT,
    address_province TEXT,
    country TEXT,
    country_iso TEXT,
    email TEXT,
    certified_email TEXT,
    phone TEXT,
    bank_iban TEXT,
    created_at TEXT,
    created_s INTEGER, -- derived: created_at read as Europe/Rome
    updated_at TEXT,
    updated_s INTEGER, -- derived: updated_at read as Europe/Rome
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_suppliers_odd ON fic_suppliers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_products (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    code TEXT,
    description TEXT,
    measure TEXT,
    category TEXT,
    notes TEXT,
    net_price TEXT, -- exact decimal
    gross_price TEXT, -- exact decimal
    net_cost TEXT, -- exact decimal
    stock_initial TEXT, -- exact decimal
    stock_current TEXT, -- exact decimal
    average_cost TEXT, -- exact decimal
    average_price TEXT, -- exact decimal
    use_gross_price INTEGER,
    in_stock INTEGER,
    default_vat_id TEXT,
    created_at TEXT,
    created_s INTEGER, -- derived: created_at read as Europe/Rome
    updated_at TEXT,
    updated_s INTEGER, -- derived: updated_at read as Europe/Rome
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_products_odd ON fic_products (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX fic_products_by_default_vat_id ON fic_products(default_vat_id);
CREATE TABLE fic_price_lists (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    type TEXT,
    prices_type TEXT,
    is_default INTEGER,
    valid_from TEXT,
    valid_to TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_price_lists_odd ON fic_price_lists (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_price_list_items (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    parent_id TEXT NOT NULL,
    id TEXT,
    position INTEGER NOT NULL,
    product_id TEXT,
    price TEXT, -- exact decimal
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX fic_price_list_items_odd ON fic_price_list_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX fic_price_list_items_by_position ON fic_price_list_items(account, parent_id, position) WHERE id IS NULL;
CREATE INDEX fic_price_list_items_by_product_id ON fic_price_list_items(product_id);
CREATE TABLE fic_issued_documents (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    type TEXT,
    numeration TEXT,
    number INTEGER,
    year INTEGER,
    date TEXT,
    entity_id TEXT,
    entity_name TEXT,
    entity_vat_number TEXT,
    entity_tax_code TEXT,
    entity_country TEXT,
    subject TEXT,
    visible_subject TEXT,
    rc_center TEXT,
    currency TEXT,
    exchange_rate TEXT, -- exact decimal
    language TEXT,
    amount_net TEXT, -- exact decimal
    amount_vat TEXT, -- exact decimal
    amount_gross TEXT, -- exact decimal
    amount_due_discount TEXT, -- exact decimal
    amount_rivalsa TEXT, -- exact decimal
    amount_cassa TEXT, -- exact decimal
    amount_cassa2 TEXT, -- exact decimal
    amount_withholding_tax TEXT, -- exact decimal
    amount_other_withholding_tax TEXT, -- exact decimal
    stamp_duty TEXT, -- exact decimal
    use_split_payment INTEGER,
    use_gross_prices INTEGER,
    e_invoice INTEGER,
    ei_status TEXT,
    payment_method_id TEXT,
    payment_method_name TEXT,
    price_list_id TEXT,
    delivery_note INTEGER,
    accompanying_invoice INTEGER,
    dn_number INTEGER,
    dn_date TEXT,
    is_marked INTEGER,
    locked INTEGER,
    seen_date TEXT,
    next_due_date TEXT,
    created_at TEXT,
    created_s INTEGER, -- derived: created_at read as Europe/Rome
    updated_at TEXT,
    updated_s INTEGER, -- derived: updated_at read as Europe/Rome
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_issued_documents_odd ON fic_issued_documents (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX fic_issued_documents_by_entity_id ON fic_issued_documents(entity_id);
CREATE INDEX fic_issued_documents_by_payment_method_id ON fic_issued_documents(payment_method_id);
CREATE INDEX fic_issued_documents_by_price_list_id ON fic_issued_documents(price_list_id);
CREATE INDEX fic_issued_documents_by_type ON fic_issued_documents(type, date);
CREATE TABLE fic_issued_document_items (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    parent_id TEXT NOT NULL,
    id TEXT,
    position INTEGER NOT NULL,
    product_id TEXT,
    code TEXT,
    name TEXT,
    description TEXT,
    category TEXT,
    measure TEXT,
    qty TEXT, -- exact decimal
    net_price TEXT, -- exact decimal
    gross_price TEXT, -- exact decimal
    discount TEXT, -- exact decimal
    vat_id TEXT,
    vat_value TEXT, -- exact decimal
    not_taxable INTEGER,
    apply_withholding_taxes INTEGER,
    in_dn INTEGER,
    stock INTEGER,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX fic_issued_document_items_odd ON fic_issued_document_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX fic_issued_document_items_by_position ON fic_issued_document_items(account, parent_id, position) WHERE id IS NULL;
CREATE INDEX fic_issued_document_items_by_product_id ON fic_issued_document_items(product_id);
CREATE INDEX fic_issued_document_items_by_vat_id ON fic_issued_document_items(vat_id);
CREATE TABLE fic_issued_document_payments (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    parent_id TEXT NOT NULL,
    id TEXT,
    position INTEGER NOT NULL,
    amount TEXT, -- exact decimal
    due_date TEXT,
    paid_date TEXT,
    status TEXT,
    payment_account_id TEXT,
    payment_account_name TEXT,
    payment_terms_days INTEGER,
    payment_terms_type TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX fic_issued_document_payments_odd ON fic_issued_document_payments (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX fic_issued_document_payments_by_position ON fic_issued_document_payments(account, parent_id, position) WHERE id IS NULL;
CREATE INDEX fic_issued_document_payments_by_payment_account_id ON fic_issued_document_payments(payment_account_id);
CREATE TABLE fic_received_documents (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    type TEXT,
    date TEXT,
    entity_id TEXT,
    entity_name TEXT,
    entity_vat_number TEXT,
    entity_tax_code TEXT,
    entity_country TEXT,
    category TEXT,
    description TEXT,
    rc_center TEXT,
    invoice_number TEXT,
    currency TEXT,
    exchange_rate TEXT, -- exact decimal
    amount_net TEXT, -- exact decimal
    amount_vat TEXT, -- exact decimal
    amount_gross TEXT, -- exact decimal
    amount_withholding_tax TEXT, -- exact decimal
    amount_other_withholding_tax TEXT, -- exact decimal
    amortization TEXT, -- exact decimal
    tax_deductibility TEXT, -- exact decimal
    vat_deductibility TEXT, -- exact decimal
    is_marked INTEGER,
    is_detailed INTEGER,
    e_invoice INTEGER,
    locked INTEGER,
    next_due_date TEXT,
    created_at TEXT,
    created_s INTEGER, -- derived: created_at read as Europe/Rome
    updated_at TEXT,
    updated_s INTEGER, -- derived: updated_at read as Europe/Rome
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_received_documents_odd ON fic_received_documents (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX fic_received_documents_by_entity_id ON fic_received_documents(entity_id);
CREATE INDEX fic_received_documents_by_type ON fic_received_documents(type, date);
CREATE TABLE fic_received_document_items (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    parent_id TEXT NOT NULL,
    id TEXT,
    position INTEGER NOT NULL,
    product_id TEXT,
    code TEXT,
    name TEXT,
    measure TEXT,
    category TEXT,
    net_price TEXT, -- exact decimal
    qty TEXT, -- exact decimal
    stock TEXT, -- exact decimal
    deductibility_vat_percentage TEXT, -- exact decimal
    vat_id TEXT,
    vat_value TEXT, -- exact decimal
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX fic_received_document_items_odd ON fic_received_document_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX fic_received_document_items_by_position ON fic_received_document_items(account, parent_id, position) WHERE id IS NULL;
CREATE INDEX fic_received_document_items_by_product_id ON fic_received_document_items(product_id);
CREATE INDEX fic_received_document_items_by_vat_id ON fic_received_document_items(vat_id);
CREATE TABLE fic_received_document_payments (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    parent_id TEXT NOT NULL,
    id TEXT,
    position INTEGER NOT NULL,
    amount TEXT, -- exact decimal
    due_date TEXT,
    paid_date TEXT,
    status TEXT,
    payment_account_id TEXT,
    payment_account_name TEXT,
    payment_terms_days INTEGER,
    payment_terms_type TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX fic_received_document_payments_odd ON fic_received_document_payments (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX fic_received_document_payments_by_position ON fic_received_document_payments(account, parent_id, position) WHERE id IS NULL;
CREATE INDEX fic_received_document_payments_by_payment_account_id ON fic_received_document_payments(payment_account_id);
CREATE TABLE fic_received_documents_pending (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    type TEXT,
    subject TEXT,
    filename TEXT,
    document_type TEXT,
    supplier_name TEXT,
    cost_center TEXT,
    category TEXT,
    date TEXT,
    emission_date TEXT,
    amount_net TEXT, -- exact decimal
    amount_vat TEXT, -- exact decimal
    amount_gross TEXT, -- exact decimal
    currency TEXT,
    import_error TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_received_documents_pending_odd ON fic_received_documents_pending (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_receipts (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    date TEXT,
    number TEXT, -- exact decimal
    numeration TEXT,
    type TEXT,
    description TEXT,
    rc_center TEXT,
    amount_net TEXT, -- exact decimal
    amount_vat TEXT, -- exact decimal
    amount_gross TEXT, -- exact decimal
    use_gross_prices INTEGER,
    payment_account_id TEXT,
    payment_account_name TEXT,
    created_at TEXT,
    created_s INTEGER, -- derived: created_at read as Europe/Rome
    updated_at TEXT,
    updated_s INTEGER, -- derived: updated_at read as Europe/Rome
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_receipts_odd ON fic_receipts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX fic_receipts_by_payment_account_id ON fic_receipts(payment_account_id);
CREATE TABLE fic_receipt_items (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    parent_id TEXT NOT NULL,
    id TEXT,
    position INTEGER NOT NULL,
    amount_net TEXT, -- exact decimal
    amount_gross TEXT, -- exact decimal
    category TEXT,
    vat_id TEXT,
    vat_value TEXT, -- exact decimal
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX fic_receipt_items_odd ON fic_receipt_items (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX fic_receipt_items_by_position ON fic_receipt_items(account, parent_id, position) WHERE id IS NULL;
CREATE INDEX fic_receipt_items_by_vat_id ON fic_receipt_items(vat_id);
CREATE TABLE fic_taxes (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    due_date TEXT,
    status TEXT,
    description TEXT,
    amount TEXT, -- exact decimal
    payment_account_id TEXT,
    payment_account_name TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_taxes_odd ON fic_taxes (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX fic_taxes_by_payment_account_id ON fic_taxes(payment_account_id);
CREATE TABLE fic_cashbook (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    date TEXT,
    description TEXT,
    entity_name TEXT,
    kind TEXT,
    type TEXT,
    document_id TEXT,
    document_type TEXT,
    amount_in TEXT, -- exact decimal
    payment_account_in_id TEXT,
    amount_out TEXT, -- exact decimal
    payment_account_out_id TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_cashbook_odd ON fic_cashbook (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX fic_cashbook_by_document_id ON fic_cashbook(document_id);
CREATE INDEX fic_cashbook_by_payment_account_in_id ON fic_cashbook(payment_account_in_id);
CREATE INDEX fic_cashbook_by_payment_account_out_id ON fic_cashbook(payment_account_out_id);
CREATE TABLE fic_archive (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    date TEXT,
    description TEXT,
    category TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_archive_odd ON fic_archive (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_emails (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    status TEXT,
    kind TEXT,
    sent_date TEXT,
    sent_s INTEGER, -- derived: sent_date read as Europe/Rome
    errors_count INTEGER,
    error_log TEXT,
    from_email TEXT,
    from_name TEXT,
    to_email TEXT,
    to_name TEXT,
    copy_to TEXT,
    subject TEXT,
    recipient_status TEXT,
    recipient_date TEXT,
    recipient_s INTEGER, -- derived: recipient_date read as Europe/Rome
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_emails_odd ON fic_emails (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_vat_types (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    value TEXT, -- exact decimal
    description TEXT,
    notes TEXT,
    ei_type TEXT,
    ei_description TEXT,
    e_invoice TEXT,
    editable INTEGER,
    is_disabled INTEGER,
    is_default INTEGER,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_vat_types_odd ON fic_vat_types (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_payment_methods (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    type TEXT,
    is_default INTEGER,
    default_payment_account_id TEXT,
    bank_name TEXT,
    bank_iban TEXT,
    bank_beneficiary TEXT,
    ei_payment_method TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_payment_methods_odd ON fic_payment_methods (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX fic_payment_methods_by_default_payment_account_id ON fic_payment_methods(default_payment_account_id);
CREATE TABLE fic_payment_accounts (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    type TEXT,
    iban TEXT,
    sia TEXT,
    cuc TEXT,
    is_virtual INTEGER,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_payment_accounts_odd ON fic_payment_accounts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_revenue_centers (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_revenue_centers_odd ON fic_revenue_centers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_cost_centers (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_cost_centers_odd ON fic_cost_centers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_product_categories (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    context TEXT,
    name TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_product_categories_odd ON fic_product_categories (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_received_document_categories (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_received_document_categories_odd ON fic_received_document_categories (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_archive_categories (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_archive_categories_odd ON fic_archive_categories (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_templates (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    type TEXT,
    author TEXT,
    privacy TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_templates_odd ON fic_templates (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_countries (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    settings_name TEXT,
    iso TEXT,
    fiscal_iso TEXT,
    uic TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_countries_odd ON fic_countries (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_currencies (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    symbol TEXT,
    html_symbol TEXT,
    exchange_rate TEXT, -- exact decimal
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_currencies_odd ON fic_currencies (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_languages (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    code TEXT,
    name TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_languages_odd ON fic_languages (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_measures (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_measures_odd ON fic_measures (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE TABLE fic_dn_causals (
    row_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id),
    id TEXT NOT NULL,
    name TEXT,
    data TEXT NOT NULL,
    api_version TEXT,
    as_of INTEGER NOT NULL,
    deleted_at INTEGER,
    unsettled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX fic_dn_causals_odd ON fic_dn_causals (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE VIEW fic_invoices AS SELECT * FROM fic_issued_documents WHERE type = 'invoice' AND deleted_at IS NULL;
CREATE VIEW fic_quotes AS SELECT * FROM fic_issued_documents WHERE type = 'quote' AND deleted_at IS NULL;
CREATE VIEW fic_proformas AS SELECT * FROM fic_issued_documents WHERE type = 'proforma' AND deleted_at IS NULL;
CREATE VIEW fic_issued_receipts AS SELECT * FROM fic_issued_documents WHERE type = 'receipt' AND deleted_at IS NULL;
CREATE VIEW fic_delivery_notes AS SELECT * FROM fic_issued_documents WHERE type = 'delivery_note' AND deleted_at IS NULL;
CREATE VIEW fic_credit_notes AS SELECT * FROM fic_issued_documents WHERE type = 'credit_note' AND deleted_at IS NULL;
CREATE VIEW fic_orders AS SELECT * FROM fic_issued_documents WHERE type = 'order' AND deleted_at IS NULL;
CREATE VIEW fic_work_reports AS SELECT * FROM fic_issued_documents WHERE type = 'work_report' AND deleted_at IS NULL;
CREATE VIEW fic_supplier_orders AS SELECT * FROM fic_issued_documents WHERE type = 'supplier_order' AND deleted_at IS NULL;
CREATE VIEW fic_self_own_invoices AS SELECT * FROM fic_issued_documents WHERE type = 'self_own_invoice' AND deleted_at IS NULL;
CREATE VIEW fic_self_supplier_invoices AS SELECT * FROM fic_issued_documents WHERE type = 'self_supplier_invoice' AND deleted_at IS NULL;
CREATE VIEW fic_issued_payment_cents AS
SELECT account, parent_id, id, position, status, due_date, paid_date, amount,
    CASE WHEN amount IS NOT NULL AND digits <> '' AND digits NOT GLOB '*[^0-9]*' AND length(rtrim(decimals, '0')) <= 2
            AND decimals NOT GLOB '*[^0-9]*'
        THEN sign * (CAST(digits AS INTEGER) * 100 + CAST(substr(decimals || '00', 1, 2) AS INTEGER))
    END AS amount_cents
FROM (
    SELECT account, parent_id, id, position, status, due_date, paid_date, amount, sign,
        CASE instr(bare, '.') WHEN 0 THEN bare ELSE substr(bare, 1, instr(bare, '.') - 1) END AS digits,
        CASE instr(bare, '.') WHEN 0 THEN '' ELSE substr(bare, instr(bare, '.') + 1) END AS decimals
    FROM (
        SELECT account, parent_id, id, position, status, due_date, paid_date, amount,
            CASE substr(amount, 1, 1) WHEN '-' THEN -1 ELSE 1 END AS sign,
            CASE substr(amount, 1, 1) WHEN '-' THEN substr(amount, 2) ELSE amount END AS bare
        FROM fic_issued_document_payments WHERE deleted_at IS NULL
    )
);
CREATE VIEW fic_invoices_overview AS
SELECT d.account, d.id, d.number, d.numeration, d.date, d.year, d.entity_id,
    coalesce(c.name, d.entity_name) AS client_name, c.email AS client_email, c.vat_number AS client_vat_number,
    d.currency, d.amount_net, d.amount_vat, d.amount_gross, d.ei_status, d.next_due_date,
    coalesce(p.payments, 0) AS payments, coalesce(p.payments_paid, 0) AS payments_paid,
    coalesce(p.payments_open, 0) AS payments_open, coalesce(p.payments_reversed, 0) AS payments_reversed,
    p.paid_cents, p.open_cents, p.last_paid_date,
    CASE WHEN p.payments IS NULL THEN 'unknown' WHEN p.payments_open = 0 THEN 'paid'
        WHEN p.payments_paid = 0 THEN 'not_paid' ELSE 'partly_paid' END AS payment_state
FROM fic_invoices d
LEFT JOIN fic_clients c ON c.account = d.account AND c.id = d.entity_id
LEFT JOIN (
    SELECT account, parent_id, count(*) AS payments,
        count(*) FILTER (WHERE status = 'paid') AS payments_paid,
        count(*) FILTER (WHERE status = 'not_paid') AS payments_open,
        count(*) FILTER (WHERE status = 'reversed') AS payments_reversed,
        CASE WHEN count(*) FILTER (WHERE status = 'paid' AND amount_cents IS NULL) = 0
            THEN coalesce(sum(amount_cents) FILTER (WHERE status = 'paid'), 0) END AS paid_cents,
        CASE WHEN count(*) FILTER (WHERE status = 'not_paid' AND amount_cents IS NULL) = 0
            THEN coalesce(sum(amount_cents) FILTER (WHERE status = 'not_paid'), 0) END AS open_cents,
        max(paid_date) AS last_paid_date
    FROM fic_issued_payment_cents GROUP BY account, parent_id
) p ON p.account = d.account AND p.parent_id = d.id;
CREATE VIEW subscription_items_overview AS
SELECT
  i.account,
  i.parent_id AS subscription_id,
  i.id AS subscription_item_id,
  s.customer_id,
  c.name AS customer_name,
  c.email AS customer_email,
  s.status,
  s.currency,
  i.price_id,
  coalesce(p.nickname, p.lookup_key) AS price_name,
  coalesce(i.product_id, p.product_id) AS product_id,
  d.name AS product_name,
  i.quantity,
  coalesce(i.unit_amount_decimal, p.unit_amount_decimal) AS unit_amount_decimal,
  coalesce(i.currency, p.currency) AS price_currency,
  coalesce(i.billing_scheme, p.billing_scheme) AS billing_scheme,
  coalesce(i.usage_type, p.usage_type) AS usage_type,
  coalesce(i.interval, p.interval) AS interval,
  coalesce(i.interval_count, p.interval_count) AS interval_count,
  p.tiers_mode,
  json_extract(p.data, '$.tiers') AS tiers,
  json_extract(p.data, '$.transform_quantity') AS transform_quantity,
  p.tax_behavior,
  coalesce(i.current_period_start, s.current_period_start) AS current_period_start,
  coalesce(i.current_period_end, s.current_period_end) AS current_period_end,
  json_extract(i.data, '$.current_trial.end_date') AS item_trial_end,
  s.trial_end,
  s.cancel_at_period_end,
  s.cancel_at,
  s.canceled_at,
  s.pause_behavior,
  s.pause_resumes_at,
  s.collection_method,
  s.created AS subscription_created,
  (s.unsettled OR i.unsettled) AS unsettled
FROM stripe_subscription_items i
JOIN stripe_subscriptions s ON s.account = i.account AND s.id = i.parent_id AND s.deleted_at IS NULL
LEFT JOIN stripe_customers c ON c.account = s.account AND c.id = s.customer_id
LEFT JOIN stripe_prices p ON p.account = i.account AND p.id = i.price_id
LEFT JOIN stripe_products d ON d.account = i.account AND d.id = coalesce(i.product_id, p.product_id)
WHERE i.deleted_at IS NULL;
CREATE VIEW subscriptions_overview AS
SELECT
  s.account,
  s.id,
  s.customer_id,
  c.name AS customer_name,
  c.email AS customer_email,
  s.status,
  s.currency,
  s.collection_method,
  (SELECT count(*) FROM stripe_subscription_items i
   WHERE i.account = s.account AND i.parent_id = s.id AND i.deleted_at IS NULL) AS item_count,
  (SELECT group_concat(product, ', ') FROM (
     SELECT coalesce(d.name, i.product_id, i.price_id) AS product
     FROM stripe_subscription_items i
     LEFT JOIN stripe_prices p ON p.account = i.account AND p.id = i.price_id
     LEFT JOIN stripe_products d ON d.account = i.account AND d.id = coalesce(i.product_id, p.product_id)
     WHERE i.account = s.account AND i.parent_id = s.id AND i.deleted_at IS NULL
     GROUP BY product ORDER BY min(i.position))) AS products,
  (SELECT json_group_array(json(item)) FROM (
     SELECT json_object(
       'price', i.price_id, 'product', d.name, 'quantity', i.quantity, 'unit_amount_decimal', i.unit_amount_decimal,
       'interval', i.interval, 'interval_count', i.interval_count) AS item
     FROM stripe_subscription_items i
     LEFT JOIN stripe_prices p ON p.account = i.account AND p.id = i.price_id
     LEFT JOIN stripe_products d ON d.account = i.account AND d.id = coalesce(i.product_id, p.product_id)
     WHERE i.account = s.account AND i.parent_id = s.id AND i.deleted_at IS NULL
     ORDER BY i.position)) AS items,
  s.start_date,
  s.current_period_start,
  s.current_period_end,
  s.trial_end,
  s.cancel_at_period_end,
  s.cancel_at,
  s.canceled_at,
  s.ended_at,
  s.pause_behavior,
  s.latest_invoice_id,
  v.number AS latest_invoice_number,
  v.status AS latest_invoice_status,
  v.amount_remaining_minor AS latest_invoice_remaining_minor,
  s.created,
  s.unsettled
FROM stripe_subscriptions s
LEFT JOIN stripe_customers c ON c.account = s.account AND c.id = s.customer_id
LEFT JOIN stripe_invoices v ON v.account = s.account AND v.id = s.latest_invoice_id
WHERE s.deleted_at IS NULL;
CREATE VIEW customers_overview AS
SELECT
  c.account,
  c.id,
  c.name,
  c.email,
  c.country,
  c.currency,
  c.balance_minor,
  c.delinquent,
  c.tax_exempt,
  (SELECT count(*) FROM stripe_subscriptions s
   WHERE s.account = c.account AND s.customer_id = c.id AND s.deleted_at IS NULL) AS subscription_count,
  (SELECT count(*) FROM stripe_subscriptions s
   WHERE s.account = c.account AND s.customer_id = c.id AND s.deleted_at IS NULL
     AND s.status IN ('active', 'past_due', 'trialing')) AS running_subscription_count,
  (SELECT count(*) FROM stripe_invoices v
   WHERE v.account = c.account AND v.customer_id = c.id AND v.deleted_at IS NULL AND v.status = 'open')
    AS open_invoice_count,
  (SELECT nullif(json_group_object(currency, total), '{}') FROM (
     SELECT v.currency, sum(v.amount_remaining_minor) AS total FROM stripe_invoices v
     WHERE v.account = c.account AND v.customer_id = c.id AND v.deleted_at IS NULL AND v.status = 'open'
     GROUP BY v.currency)) AS open_minor,
  (SELECT nullif(json_group_object(currency, total), '{}') FROM (
     SELECT h.currency, sum(h.amount_captured_minor) AS total FROM stripe_charges h
     WHERE h.account = c.account AND h.customer_id = c.id AND h.deleted_at IS NULL AND h.status = 'succeeded'
     GROUP BY h.currency)) AS charged_minor,
  (SELECT nullif(json_group_object(currency, total), '{}') FROM (
     SELECT h.currency, sum(h.amount_refunded_minor) AS total FROM stripe_charges h
     WHERE h.account = c.account AND h.customer_id = c.id AND h.deleted_at IS NULL AND h.status = 'succeeded'
     GROUP BY h.currency HAVING sum(h.amount_refunded_minor) > 0)) AS refunded_minor,
  (SELECT max(h.created) FROM stripe_charges h
   WHERE h.account = c.account AND h.customer_id = c.id AND h.deleted_at IS NULL AND h.status = 'succeeded')
    AS last_charged,
  c.created,
  c.unsettled
FROM stripe_customers c
WHERE c.deleted_at IS NULL;
CREATE VIEW payments_overview AS
SELECT
  h.account,
  h.id,
  h.payment_intent_id,
  h.customer_id,
  c.name AS customer_name,
  coalesce(c.email, h.receipt_email) AS customer_email,
  coalesce(h.invoice_id, (
    SELECT min(y.invoice_id) FROM stripe_invoice_payments y
    WHERE y.account = h.account AND y.payment_intent_id = h.payment_intent_id AND y.deleted_at IS NULL)) AS invoice_id,
  h.status,
  h.failure_code,
  h.currency,
  h.amount_minor,
  h.amount_captured_minor,
  h.amount_refunded_minor,
  (SELECT count(*) FROM stripe_refunds r
   WHERE r.account = h.account AND r.charge_id = h.id AND r.deleted_at IS NULL
     AND r.status NOT IN ('failed', 'canceled')) AS refund_count,
  h.disputed,
  (SELECT d.status FROM stripe_disputes d
   WHERE d.account = h.account AND d.charge_id = h.id AND d.deleted_at IS NULL
   ORDER BY d.created DESC LIMIT 1) AS dispute_status,
  b.currency AS settlement_currency,
  b.amount_minor AS settled_minor,
  b.fee_minor,
  b.net_minor,
  b.exchange_rate,
  b.status AS balance_status,
  b.available_on,
  h.payment_method_type,
  h.card_brand,
  h.card_last4,
  h.description,
  h.created,
  h.unsettled
FROM stripe_charges h
LEFT JOIN stripe_customers c ON c.account = h.account AND c.id = h.customer_id
LEFT JOIN stripe_balance_transactions b
  ON b.account = h.account AND b.id = h.balance_transaction_id AND b.deleted_at IS NULL
WHERE h.deleted_at IS NULL;
CREATE TABLE quotas (
  account INTEGER NOT NULL REFERENCES accounts(id),
  window_s INTEGER NOT NULL,           -- the window's length
  at_s INTEGER NOT NULL,               -- when the last of them left
  requests INTEGER NOT NULL
) STRICT;
CREATE INDEX quotas_by_account ON quotas (account, window_s);
CREATE TABLE list_states (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  pass TEXT NOT NULL,
  total INTEGER,                       -- rows that it had when it was last read whole
  filter TEXT,                         -- by update: 'works', 'ignored', 'refused'; null until probed
  updated_until TEXT,                  -- every change before this local time of the service is in the file
  PRIMARY KEY (account, resource, pass)
) STRICT, WITHOUT ROWID;
CREATE TABLE bins (
  account INTEGER NOT NULL REFERENCES accounts(id),
  resource INTEGER NOT NULL REFERENCES resources(id),
  id TEXT NOT NULL,
  PRIMARY KEY (account, resource, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE rereads (
  name TEXT PRIMARY KEY,               -- the table's name
  after_row_id INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX stripe_issuing_authorizations_by_card_id ON stripe_issuing_authorizations (card_id);
CREATE INDEX stripe_issuing_cards_by_cardholder_id ON stripe_issuing_cards (cardholder_id);
CREATE INDEX stripe_billing_credit_balance_transactions_by_invoice_id ON stripe_billing_credit_balance_transactions (invoice_id);
CREATE TABLE stripe_financial_connections_account_owners (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  parent_id TEXT NOT NULL,
  id TEXT,
  position INTEGER NOT NULL,
  email TEXT,
  name TEXT,
  ownership_id TEXT,
  refreshed_at INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_financial_connections_account_owners_odd ON stripe_financial_connections_account_owners (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_financial_connections_account_owners_by_position ON stripe_financial_connections_account_owners (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_financial_connections_account_owners_by_ownership_id ON stripe_financial_connections_account_owners (ownership_id);
CREATE TABLE answers (
  resource INTEGER NOT NULL,
  row_id INTEGER NOT NULL,
  from_s INTEGER NOT NULL,             -- the service's time during which this content is known to have held
  until_s INTEGER NOT NULL,
  data TEXT,                           -- null: the object was not there
  PRIMARY KEY (resource, row_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fetches_tried ON fetches (account, tries, resource, id) WHERE tries > 0;
CREATE INDEX fanouts_tried ON fanouts (account, tries, resource, parent_id) WHERE tries > 0;
CREATE INDEX webhook_events_failed ON webhook_events (account, received_at) WHERE status = 'failed';
CREATE TABLE gaps (
  account INTEGER NOT NULL REFERENCES accounts (id),
  resource INTEGER NOT NULL REFERENCES resources (id),
  parent_id TEXT NOT NULL,
  row_key TEXT NOT NULL,
  PRIMARY KEY (account, resource, parent_id, row_key)
) WITHOUT ROWID, STRICT;
CREATE VIEW invoices_overview AS
SELECT
  v.account,
  v.id,
  v.number,
  v.status,
  v.customer_id,
  coalesce(c.name, v.customer_name) AS customer_name,
  coalesce(c.email, v.customer_email) AS customer_email,
  v.subscription_id,
  s.status AS subscription_status,
  v.billing_reason,
  v.collection_method,
  v.currency,
  v.subtotal_minor,
  v.discount_minor,
  v.tax_minor,
  v.total_minor,
  v.amount_due_minor,
  v.amount_paid_minor,
  v.amount_remaining_minor,
  v.status = 'paid' AS is_paid,
  v.status = 'open' AND v.due_date IS NOT NULL AND v.due_date < CAST(strftime('%s', 'now') AS INTEGER) AS is_overdue,
  (SELECT count(*) FROM stripe_invoice_lines l
   WHERE l.account = v.account AND l.parent_id = v.id AND l.deleted_at IS NULL) AS line_count,
  (SELECT group_concat(line, ', ') FROM (
     SELECT coalesce(d.name, l.description) AS line
     FROM stripe_invoice_lines l
     LEFT JOIN stripe_products d ON d.account = l.account AND d.id = l.product_id
     WHERE l.account = v.account AND l.parent_id = v.id AND l.deleted_at IS NULL
     GROUP BY line ORDER BY min(l.position))) AS products,
  v.attempt_count,
  v.next_payment_attempt,
  v.period_start,
  v.period_end,
  v.due_date,
  v.finalized_at,
  v.paid_at,
  v.voided_at,
  v.hosted_invoice_url,
  v.created,
  v.unsettled
FROM stripe_invoices v
LEFT JOIN stripe_customers c ON c.account = v.account AND c.id = v.customer_id
LEFT JOIN stripe_subscriptions s ON s.account = v.account AND s.id = v.subscription_id
WHERE v.deleted_at IS NULL;
CREATE INDEX webhook_events_due ON webhook_events (next_attempt_at) WHERE status = 'failed' AND next_attempt_at IS NOT NULL;
CREATE INDEX webhook_events_dead ON webhook_events (account, received_at) WHERE status = 'dead';
CREATE TABLE webhook_attempts (
  event INTEGER NOT NULL REFERENCES webhook_events(id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,                 -- unix seconds
  took_us INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (event, attempt)
) STRICT, WITHOUT ROWID;
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
  effective_at INTEGER NOT NULL, source TEXT NOT NULL DEFAULT 'event', observed_since INTEGER,       -- for a planned end, when that is
  UNIQUE (account, event_id, ordinal)
) STRICT;
CREATE INDEX subscription_changes_by_subscription ON subscription_changes (account, subscription_id, at);
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
CREATE TABLE webhook_times (
  event INTEGER PRIMARY KEY REFERENCES webhook_events(id) ON DELETE CASCADE,
  took_us INTEGER NOT NULL             -- of the last attempt, microseconds
) STRICT;
CREATE INDEX webhook_events_by_time ON webhook_events
  (received_at, created, source, status, type, account, priority, attempts, duplicates);
CREATE INDEX stripe_checkout_sessions_by_client_reference_id ON stripe_checkout_sessions (client_reference_id);
CREATE VIEW checkouts_overview AS
SELECT
  k.account,
  k.id,
  k.client_reference_id,
  k.customer_id,
  c.name AS customer_name,
  coalesce(c.email, k.customer_email, json_extract(k.data, '$.customer_details.email')) AS customer_email,
  k.mode,
  k.status,
  k.payment_status,
  k.subscription_id,
  s.status AS subscription_status,
  k.payment_intent_id,
  k.invoice_id,
  k.currency,
  k.amount_total_minor,
  k.created,
  k.unsettled
FROM stripe_checkout_sessions k
LEFT JOIN stripe_customers c ON c.account = k.account AND c.id = k.customer_id
LEFT JOIN stripe_subscriptions s ON s.account = k.account AND s.id = k.subscription_id
WHERE k.deleted_at IS NULL;
CREATE INDEX accounts_by_turn ON accounts (attempted) WHERE opened IS NOT NULL AND status = 'active';
CREATE INDEX accounts_by_platform ON accounts (platform) WHERE platform IS NOT NULL;
CREATE INDEX accounts_by_company ON accounts (company) WHERE company IS NOT NULL;
CREATE TABLE companies (
  id TEXT NOT NULL PRIMARY KEY,        -- the user's own, as a customer's metadata `company_id` has it
  name TEXT NOT NULL,
  created INTEGER NOT NULL             -- unix seconds, this machine's
) STRICT, WITHOUT ROWID;
CREATE TABLE company_customers (
  account INTEGER NOT NULL REFERENCES accounts(id),
  customer_id TEXT NOT NULL,
  company TEXT NOT NULL,               -- companies.id
  PRIMARY KEY (account, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX company_customers_by_company ON company_customers (company);
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
CREATE TABLE fic_webhook_attempts (
  account INTEGER NOT NULL REFERENCES accounts(id),
  subscription_id TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  attempted_at INTEGER NOT NULL,       -- unix seconds, the service's clock
  PRIMARY KEY (account, subscription_id)
) STRICT, WITHOUT ROWID;
CREATE VIEW customer_companies AS
SELECT
  k.account,
  k.customer_id,
  coalesce(k.of_account, k.of_metadata, k.of_customer) AS company_id,
  (SELECT name FROM companies WHERE id = coalesce(k.of_account, k.of_metadata, k.of_customer)) AS company_name,
  CASE WHEN k.of_account IS NOT NULL THEN 'account' WHEN k.of_metadata IS NOT NULL THEN 'metadata' ELSE 'customer' END AS by
FROM (
  SELECT c.account, c.id AS customer_id,
    (SELECT company FROM accounts WHERE id = c.account) AS of_account,
    nullif(trim(CAST(json_extract(c.metadata, '$.company_id') AS TEXT)), '') AS of_metadata,
    (SELECT company FROM company_customers WHERE account = c.account AND customer_id = c.id) AS of_customer
  FROM stripe_customers c
  UNION ALL
  SELECT m.account, m.customer_id, (SELECT company FROM accounts WHERE id = m.account), NULL, m.company
  FROM company_customers m
  WHERE NOT EXISTS (SELECT 1 FROM stripe_customers c WHERE c.account = m.account AND c.id = m.customer_id)
) k
WHERE coalesce(k.of_account, k.of_metadata, k.of_customer) IS NOT NULL;
CREATE VIEW company_events AS
SELECT
  o.webhook_id,
  o.provider,
  o.account,
  o.event_id,
  o.type,
  o.created,
  o.status,
  o.object,
  o.object_id,
  o.customer_id,
  o.company_id,
  (SELECT name FROM companies WHERE id = o.company_id) AS company_name
FROM (SELECT e.*, coalesce(
  (SELECT company FROM accounts WHERE id = e.account),
  (SELECT nullif(trim(CAST(json_extract(c.metadata, '$.company_id') AS TEXT)), '')
   FROM stripe_customers c WHERE c.account = e.account AND c.id = e.customer_id),
  (SELECT company FROM company_customers m WHERE m.account = e.account AND m.customer_id = e.customer_id)) AS company_id
FROM (
  SELECT id AS webhook_id, provider, account, event_id, type, created, status, object, object_id,
    CASE
      WHEN object = 'stripe_customers' THEN object_id
      WHEN provider <> 'stripe' OR NOT json_valid(payload) THEN NULL
      WHEN json_type(payload, '$.data.object.customer') = 'text' THEN json_extract(payload, '$.data.object.customer')
      ELSE json_extract(payload, '$.data.object.customer.id')
    END AS customer_id
  FROM webhook_events
) e) o;
CREATE VIEW company_rows AS
SELECT
  o.resource,
  o.account,
  o.id,
  o.created,
  o.customer_id,
  o.company_id,
  (SELECT name FROM companies WHERE id = o.company_id) AS company_name
FROM (SELECT r.*, coalesce(
  (SELECT company FROM accounts WHERE id = r.account),
  (SELECT nullif(trim(CAST(json_extract(c.metadata, '$.company_id') AS TEXT)), '')
   FROM stripe_customers c WHERE c.account = r.account AND c.id = r.customer_id),
  (SELECT company FROM company_customers m WHERE m.account = r.account AND m.customer_id = r.customer_id)) AS company_id
FROM (
  SELECT 'stripe_billing_alerts' AS resource, account, id, NULL AS created, NULL AS customer_id FROM stripe_billing_alerts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_credit_balance_transactions', account, id, created, NULL FROM stripe_billing_credit_balance_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_credit_grants', account, id, created, customer_id FROM stripe_billing_credit_grants WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_feedback_options', account, id, NULL, NULL FROM stripe_billing_feedback_options WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_meters', account, id, created, NULL FROM stripe_billing_meters WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_meter_event_summaries', account, id, NULL, NULL FROM stripe_billing_meter_event_summaries WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_portal_configurations', account, id, created, NULL FROM stripe_billing_portal_configurations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_credit_notes', account, id, created, customer_id FROM stripe_credit_notes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_credit_note_lines', account, id, NULL, (SELECT p.customer_id FROM stripe_credit_notes p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_credit_note_lines x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customers', account, id, created, id FROM stripe_customers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customer_balance_transactions', account, id, created, parent_id FROM stripe_customer_balance_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customer_cash_balance_transactions', account, id, created, parent_id FROM stripe_customer_cash_balance_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customer_sources', account, id, NULL, parent_id FROM stripe_customer_sources WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customer_tax_ids', account, id, created, parent_id FROM stripe_customer_tax_ids WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_entitlements_active_entitlements', account, id, NULL, parent_id FROM stripe_entitlements_active_entitlements WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_entitlements_features', account, id, NULL, NULL FROM stripe_entitlements_features WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoice_payments', account, id, created, (SELECT p.customer_id FROM stripe_invoices p WHERE p.account = x.account AND p.id = x.invoice_id) FROM stripe_invoice_payments x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoice_rendering_templates', account, id, created, NULL FROM stripe_invoice_rendering_templates WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoice_items', account, id, NULL, customer_id FROM stripe_invoice_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoices', account, id, created, customer_id FROM stripe_invoices WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoice_lines', account, id, NULL, (SELECT p.customer_id FROM stripe_invoices p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_invoice_lines x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_quotes', account, id, created, customer_id FROM stripe_quotes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_quote_computed_upfront_line_items', account, id, NULL, (SELECT p.customer_id FROM stripe_quotes p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_quote_computed_upfront_line_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_quote_line_items', account, id, NULL, (SELECT p.customer_id FROM stripe_quotes p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_quote_line_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_subscription_items', account, id, created, (SELECT p.customer_id FROM stripe_subscriptions p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_subscription_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_subscription_schedules', account, id, created, customer_id FROM stripe_subscription_schedules WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_subscriptions', account, id, created, customer_id FROM stripe_subscriptions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_calculation_line_items', account, id, NULL, NULL FROM stripe_tax_calculation_line_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_locations', account, id, NULL, NULL FROM stripe_tax_locations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_registrations', account, id, created, NULL FROM stripe_tax_registrations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_transaction_line_items', account, id, NULL, NULL FROM stripe_tax_transaction_line_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_codes', account, id, NULL, NULL FROM stripe_tax_codes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_ids', account, id, created, customer_id FROM stripe_tax_ids WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_rates', account, id, created, NULL FROM stripe_tax_rates WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_test_helpers_test_clocks', account, id, created, NULL FROM stripe_test_helpers_test_clocks WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_discounts', account, id, NULL, customer_id FROM stripe_discounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_coupons', account, id, created, NULL FROM stripe_coupons WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_links', account, id, NULL, NULL FROM stripe_payment_links WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_link_line_items', account, id, NULL, NULL FROM stripe_payment_link_line_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_plans', account, id, created, NULL FROM stripe_plans WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_prices', account, id, created, NULL FROM stripe_prices WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_product_catalog_trial_offers', account, id, NULL, NULL FROM stripe_product_catalog_trial_offers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_products', account, id, created, NULL FROM stripe_products WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_product_features', account, id, NULL, NULL FROM stripe_product_features WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_promotion_codes', account, id, created, customer_id FROM stripe_promotion_codes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_shipping_rates', account, id, created, NULL FROM stripe_shipping_rates WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_balance_transactions', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.source_id), (SELECT c.customer_id FROM stripe_refunds p JOIN stripe_charges c ON c.account = p.account AND c.id = p.charge_id WHERE p.account = x.account AND p.id = x.source_id)) FROM stripe_balance_transactions x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_charges', account, id, created, customer_id FROM stripe_charges WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_checkout_sessions', account, id, created, customer_id FROM stripe_checkout_sessions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_checkout_session_line_items', account, id, NULL, (SELECT p.customer_id FROM stripe_checkout_sessions p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_checkout_session_line_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_disputes', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.charge_id), (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.payment_intent_id)) FROM stripe_disputes x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_file_links', account, id, created, NULL FROM stripe_file_links WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_files', account, id, created, NULL FROM stripe_files WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_attempt_records', account, id, created, NULL FROM stripe_payment_attempt_records WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_intents', account, id, created, customer_id FROM stripe_payment_intents WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_intent_amount_details_line_items', account, id, NULL, (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_payment_intent_amount_details_line_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_method_configurations', account, id, NULL, NULL FROM stripe_payment_method_configurations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_method_domains', account, id, created, NULL FROM stripe_payment_method_domains WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_methods', account, id, created, customer_id FROM stripe_payment_methods WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_records', account, id, created, NULL FROM stripe_payment_records WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payouts', account, id, created, NULL FROM stripe_payouts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_radar_early_fraud_warnings', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.charge_id), (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.payment_intent_id)) FROM stripe_radar_early_fraud_warnings x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_radar_value_list_items', account, id, created, NULL FROM stripe_radar_value_list_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_radar_value_lists', account, id, created, NULL FROM stripe_radar_value_lists WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_refunds', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.charge_id), (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.payment_intent_id)) FROM stripe_refunds x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_reviews', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.charge_id), (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.payment_intent_id)) FROM stripe_reviews x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_setup_attempts', account, id, created, customer_id FROM stripe_setup_attempts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_setup_intents', account, id, created, customer_id FROM stripe_setup_intents WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_source_transactions', account, id, created, NULL FROM stripe_source_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_topups', account, id, created, NULL FROM stripe_topups WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_accounts', account, id, created, NULL FROM stripe_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_account_capabilities', account, id, NULL, NULL FROM stripe_account_capabilities WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_account_external_accounts', account, id, NULL, NULL FROM stripe_account_external_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_account_persons', account, id, created, NULL FROM stripe_account_persons WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_application_fees', account, id, created, NULL FROM stripe_application_fees WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_application_fee_refunds', account, id, created, NULL FROM stripe_application_fee_refunds WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_country_specs', account, id, NULL, NULL FROM stripe_country_specs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_exchange_rates', account, id, NULL, NULL FROM stripe_exchange_rates WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_transfers', account, id, created, NULL FROM stripe_transfers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_transfer_reversals', account, id, created, NULL FROM stripe_transfer_reversals WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_authorizations', account, id, created, NULL FROM stripe_issuing_authorizations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_cardholders', account, id, created, NULL FROM stripe_issuing_cardholders WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_cards', account, id, created, NULL FROM stripe_issuing_cards WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_disputes', account, id, created, NULL FROM stripe_issuing_disputes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_personalization_designs', account, id, created, NULL FROM stripe_issuing_personalization_designs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_physical_bundles', account, id, NULL, NULL FROM stripe_issuing_physical_bundles WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_tokens', account, id, created, NULL FROM stripe_issuing_tokens WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_transactions', account, id, created, NULL FROM stripe_issuing_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_credit_reversals', account, id, created, NULL FROM stripe_treasury_credit_reversals WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_debit_reversals', account, id, created, NULL FROM stripe_treasury_debit_reversals WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_financial_accounts', account, id, created, NULL FROM stripe_treasury_financial_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_inbound_transfers', account, id, created, NULL FROM stripe_treasury_inbound_transfers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_outbound_payments', account, id, created, NULL FROM stripe_treasury_outbound_payments WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_outbound_transfers', account, id, created, NULL FROM stripe_treasury_outbound_transfers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_received_credits', account, id, created, NULL FROM stripe_treasury_received_credits WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_received_debits', account, id, created, NULL FROM stripe_treasury_received_debits WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_transaction_entries', account, id, created, NULL FROM stripe_treasury_transaction_entries WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_transactions', account, id, created, NULL FROM stripe_treasury_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_terminal_configurations', account, id, NULL, NULL FROM stripe_terminal_configurations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_terminal_locations', account, id, NULL, NULL FROM stripe_terminal_locations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_terminal_readers', account, id, NULL, NULL FROM stripe_terminal_readers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_apple_pay_domains', account, id, created, NULL FROM stripe_apple_pay_domains WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_apps_installs', account, id, created, NULL FROM stripe_apps_installs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_apps_secrets', account, id, created, NULL FROM stripe_apps_secrets WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_climate_orders', account, id, created, NULL FROM stripe_climate_orders WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_climate_products', account, id, created, NULL FROM stripe_climate_products WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_climate_suppliers', account, id, NULL, NULL FROM stripe_climate_suppliers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_financial_connections_accounts', account, id, created, NULL FROM stripe_financial_connections_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_financial_connections_transactions', account, id, NULL, NULL FROM stripe_financial_connections_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_forwarding_requests', account, id, created, NULL FROM stripe_forwarding_requests WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_identity_verification_reports', account, id, created, NULL FROM stripe_identity_verification_reports WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_identity_verification_sessions', account, id, created, NULL FROM stripe_identity_verification_sessions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_reporting_report_runs', account, id, created, NULL FROM stripe_reporting_report_runs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_reporting_report_types', account, id, NULL, NULL FROM stripe_reporting_report_types WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_sigma_scheduled_query_runs', account, id, created, NULL FROM stripe_sigma_scheduled_query_runs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_three_d_secure_authentications', account, id, created, NULL FROM stripe_three_d_secure_authentications WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_webhook_endpoints', account, id, created, NULL FROM stripe_webhook_endpoints WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_clients', account, id, created_s, NULL FROM fic_clients WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_suppliers', account, id, created_s, NULL FROM fic_suppliers WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_products', account, id, created_s, NULL FROM fic_products WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_price_lists', account, id, NULL, NULL FROM fic_price_lists WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_price_list_items', account, id, NULL, NULL FROM fic_price_list_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_issued_documents', account, id, created_s, NULL FROM fic_issued_documents WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_issued_document_items', account, id, NULL, NULL FROM fic_issued_document_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_issued_document_payments', account, id, NULL, NULL FROM fic_issued_document_payments WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_documents', account, id, created_s, NULL FROM fic_received_documents WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_document_items', account, id, NULL, NULL FROM fic_received_document_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_document_payments', account, id, NULL, NULL FROM fic_received_document_payments WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_documents_pending', account, id, NULL, NULL FROM fic_received_documents_pending WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_receipts', account, id, created_s, NULL FROM fic_receipts WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_receipt_items', account, id, NULL, NULL FROM fic_receipt_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_taxes', account, id, NULL, NULL FROM fic_taxes WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_cashbook', account, id, NULL, NULL FROM fic_cashbook WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_archive', account, id, NULL, NULL FROM fic_archive WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_emails', account, id, NULL, NULL FROM fic_emails WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_vat_types', account, id, NULL, NULL FROM fic_vat_types WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_payment_methods', account, id, NULL, NULL FROM fic_payment_methods WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_payment_accounts', account, id, NULL, NULL FROM fic_payment_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_revenue_centers', account, id, NULL, NULL FROM fic_revenue_centers WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_cost_centers', account, id, NULL, NULL FROM fic_cost_centers WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_product_categories', account, id, NULL, NULL FROM fic_product_categories WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_document_categories', account, id, NULL, NULL FROM fic_received_document_categories WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_archive_categories', account, id, NULL, NULL FROM fic_archive_categories WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_templates', account, id, NULL, NULL FROM fic_templates WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_countries', account, id, NULL, NULL FROM fic_countries WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_currencies', account, id, NULL, NULL FROM fic_currencies WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_languages', account, id, NULL, NULL FROM fic_languages WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_measures', account, id, NULL, NULL FROM fic_measures WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_dn_causals', account, id, NULL, NULL FROM fic_dn_causals WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_webhook_subscriptions', account, id, NULL, NULL FROM fic_webhook_subscriptions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_financial_connections_account_owners', account, id, NULL, NULL FROM stripe_financial_connections_account_owners WHERE deleted_at IS NULL
) r) o;
