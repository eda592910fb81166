-- Stripe: one table for each listable resource. The table in the source names the same columns; a test holds both
-- together. Amounts are integer minor units of the row's currency, times unix seconds (UTC), decimals exact text.
-- Each table has an index `…_odd` of its tombstones and doubtful rows: nearly empty, so it costs nothing to keep, and
-- `status` counts them without reading the table.

-- Customers, subscriptions, invoices and what bills them.

-- billing.alert: GET /v1/billing/alerts
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

-- billing.credit_balance_transaction: GET /v1/billing/credit_balance_transactions
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
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_billing_credit_balance_transactions_odd ON stripe_billing_credit_balance_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_billing_credit_balance_transactions_by_credit_grant_id ON stripe_billing_credit_balance_transactions (credit_grant_id);
CREATE INDEX stripe_billing_credit_balance_transactions_by_test_clock_id ON stripe_billing_credit_balance_transactions (test_clock_id);

-- billing.credit_grant: GET /v1/billing/credit_grants
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
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_billing_credit_grants_odd ON stripe_billing_credit_grants (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_billing_credit_grants_by_customer_id ON stripe_billing_credit_grants (customer_id);
CREATE INDEX stripe_billing_credit_grants_by_test_clock_id ON stripe_billing_credit_grants (test_clock_id);

-- billing.feedback_option: GET /v1/billing/feedback_options
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

-- billing.meter: GET /v1/billing/meters
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

-- billing.meter_event_summary: GET /v1/billing/meters/{id}/event_summaries
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

-- billing_portal.configuration: GET /v1/billing_portal/configurations
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

-- credit_note: GET /v1/credit_notes
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

-- credit_note_line_item: GET /v1/credit_notes/{credit_note}/lines
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

-- customer: GET /v1/customers
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
  account_id TEXT,
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
CREATE INDEX stripe_customers_odd ON stripe_customers (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;

-- customer_balance_transaction: GET /v1/customers/{customer}/balance_transactions
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

-- customer_cash_balance_transaction: GET /v1/customers/{customer}/cash_balance_transactions
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

-- account|bank_account|card|source: GET /v1/customers/{customer}/sources
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

-- tax_id: GET /v1/customers/{customer}/tax_ids
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

-- entitlements.active_entitlement: GET /v1/entitlements/active_entitlements
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

-- entitlements.feature: GET /v1/entitlements/features
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

-- invoice_payment: GET /v1/invoice_payments
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

-- invoice_rendering_template: GET /v1/invoice_rendering_templates
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

-- invoiceitem: GET /v1/invoiceitems
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

-- invoice: GET /v1/invoices
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
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_invoices_odd ON stripe_invoices (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_invoices_by_customer_id ON stripe_invoices (customer_id);
CREATE INDEX stripe_invoices_by_subscription_id ON stripe_invoices (subscription_id);

-- line_item: GET /v1/invoices/{invoice}/lines
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

-- quote: GET /v1/quotes
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

-- item: GET /v1/quotes/{quote}/computed_upfront_line_items
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

-- item: GET /v1/quotes/{quote}/line_items
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

-- subscription_item: GET /v1/subscription_items
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

-- subscription_schedule: GET /v1/subscription_schedules
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

-- subscription: GET /v1/subscriptions
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

-- tax.calculation_line_item: GET /v1/tax/calculations/{calculation}/line_items
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

-- tax.location: GET /v1/tax/locations
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

-- tax.registration: GET /v1/tax/registrations
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

-- tax.transaction_line_item: GET /v1/tax/transactions/{transaction}/line_items
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

-- tax_code: GET /v1/tax_codes
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

-- tax_id: GET /v1/tax_ids
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

-- tax_rate: GET /v1/tax_rates
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

-- test_helpers.test_clock: GET /v1/test_helpers/test_clocks
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

-- discount: inside subscriptions, invoices and quotes
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
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_discounts_odd ON stripe_discounts (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_discounts_by_position ON stripe_discounts (account, parent_id, position) WHERE id IS NULL;
CREATE INDEX stripe_discounts_by_coupon_id ON stripe_discounts (coupon_id);

-- What is sold: products, prices, coupons.

-- coupon: GET /v1/coupons
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

-- payment_link: GET /v1/payment_links
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

-- item: GET /v1/payment_links/{payment_link}/line_items
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

-- plan: GET /v1/plans
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

-- price: GET /v1/prices
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

-- product_catalog.trial_offer: GET /v1/product_catalog/trial_offers
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

-- product: GET /v1/products
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

-- product_feature: GET /v1/products/{product}/features
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

-- promotion_code: GET /v1/promotion_codes
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

-- shipping_rate: GET /v1/shipping_rates
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

-- Money coming in and going out.

-- balance_transaction: GET /v1/balance_transactions
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

-- charge: GET /v1/charges
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

-- checkout.session: GET /v1/checkout/sessions
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

-- item: GET /v1/checkout/sessions/{session}/line_items
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

-- dispute: GET /v1/disputes
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

-- file_link: GET /v1/file_links
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

-- file: GET /v1/files
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

-- payment_attempt_record: GET /v1/payment_attempt_records
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
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, parent_id, id)
) STRICT;
CREATE INDEX stripe_payment_attempt_records_odd ON stripe_payment_attempt_records (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE UNIQUE INDEX stripe_payment_attempt_records_by_position ON stripe_payment_attempt_records (account, parent_id, position) WHERE id IS NULL;

-- payment_intent: GET /v1/payment_intents
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

-- payment_intent_amount_details_line_item: GET /v1/payment_intents/{intent}/amount_details_line_items
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

-- payment_method_configuration: GET /v1/payment_method_configurations
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

-- payment_method_domain: GET /v1/payment_method_domains
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

-- payment_method: GET /v1/payment_methods
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

-- payment_record: GET /v1/payment_records
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
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_payment_records_odd ON stripe_payment_records (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;

-- payout: GET /v1/payouts
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

-- radar.early_fraud_warning: GET /v1/radar/early_fraud_warnings
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

-- radar.value_list_item: GET /v1/radar/value_list_items
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

-- radar.value_list: GET /v1/radar/value_lists
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

-- refund: GET /v1/refunds
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

-- review: GET /v1/reviews
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

-- setup_attempt: GET /v1/setup_attempts
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

-- setup_intent: GET /v1/setup_intents
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

-- source_transaction: GET /v1/sources/{source}/source_transactions
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

-- topup: GET /v1/topups
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

-- Connected accounts and the money shared with them.

-- account: GET /v1/accounts
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

-- capability: GET /v1/accounts/{account}/capabilities
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

-- bank_account|card: GET /v1/accounts/{account}/external_accounts
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

-- person: GET /v1/accounts/{account}/persons
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

-- application_fee: GET /v1/application_fees
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

-- fee_refund: GET /v1/application_fees/{id}/refunds
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

-- country_spec: GET /v1/country_specs
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

-- exchange_rate: GET /v1/exchange_rates
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

-- transfer: GET /v1/transfers
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

-- transfer_reversal: GET /v1/transfers/{id}/reversals
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

-- Issuing: cards given out.

-- issuing.authorization: GET /v1/issuing/authorizations
CREATE TABLE stripe_issuing_authorizations (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  created INTEGER,
  amount_minor INTEGER,
  cardholder_id TEXT,
  currency TEXT,
  livemode INTEGER,
  merchant_amount INTEGER,
  status TEXT,
  token_id TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_authorizations_odd ON stripe_issuing_authorizations (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_issuing_authorizations_by_cardholder_id ON stripe_issuing_authorizations (cardholder_id);
CREATE INDEX stripe_issuing_authorizations_by_token_id ON stripe_issuing_authorizations (token_id);

-- issuing.cardholder: GET /v1/issuing/cardholders
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

-- issuing.card: GET /v1/issuing/cards
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
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_cards_odd ON stripe_issuing_cards (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_issuing_cards_by_personalization_design_id ON stripe_issuing_cards (personalization_design_id);
CREATE INDEX stripe_issuing_cards_by_replaced_by_id ON stripe_issuing_cards (replaced_by_id);

-- issuing.dispute: GET /v1/issuing/disputes
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

-- issuing.personalization_design: GET /v1/issuing/personalization_designs
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

-- issuing.physical_bundle: GET /v1/issuing/physical_bundles
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

-- issuing.token: GET /v1/issuing/tokens
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

-- issuing.transaction: GET /v1/issuing/transactions
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
  merchant_amount INTEGER,
  token_id TEXT,
  type TEXT,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_issuing_transactions_odd ON stripe_issuing_transactions (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;
CREATE INDEX stripe_issuing_transactions_by_authorization_id ON stripe_issuing_transactions (authorization_id);
CREATE INDEX stripe_issuing_transactions_by_balance_transaction_id ON stripe_issuing_transactions (balance_transaction_id);

-- Treasury: money held.

-- treasury.credit_reversal: GET /v1/treasury/credit_reversals
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

-- treasury.debit_reversal: GET /v1/treasury/debit_reversals
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

-- treasury.financial_account: GET /v1/treasury/financial_accounts
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

-- treasury.inbound_transfer: GET /v1/treasury/inbound_transfers
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

-- treasury.outbound_payment: GET /v1/treasury/outbound_payments
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

-- treasury.outbound_transfer: GET /v1/treasury/outbound_transfers
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

-- treasury.received_credit: GET /v1/treasury/received_credits
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

-- treasury.received_debit: GET /v1/treasury/received_debits
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

-- treasury.transaction_entry: GET /v1/treasury/transaction_entries
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

-- treasury.transaction: GET /v1/treasury/transactions
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

-- Terminal: readers and locations.

-- terminal.configuration: GET /v1/terminal/configurations
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

-- terminal.location: GET /v1/terminal/locations
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

-- terminal.reader: GET /v1/terminal/readers
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

-- The rest.

-- apple_pay_domain: GET /v1/apple_pay/domains
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

-- apps.install: GET /v1/apps/installs
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

-- apps.secret: GET /v1/apps/secrets
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

-- climate.order: GET /v1/climate/orders
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

-- climate.product: GET /v1/climate/products
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

-- climate.supplier: GET /v1/climate/suppliers
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

-- financial_connections.account: GET /v1/financial_connections/accounts
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

-- financial_connections.account_owner: GET /v1/financial_connections/accounts/{account}/owners
CREATE TABLE stripe_financial_connections_account_owners (
  row_id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id),
  id TEXT NOT NULL,
  email TEXT,
  name TEXT,
  refreshed_at INTEGER,
  data TEXT NOT NULL,
  api_version TEXT,
  as_of INTEGER NOT NULL,
  deleted_at INTEGER,
  unsettled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, id)
) STRICT;
CREATE INDEX stripe_financial_connections_account_owners_odd ON stripe_financial_connections_account_owners (account) WHERE deleted_at IS NOT NULL OR unsettled = 1;

-- financial_connections.transaction: GET /v1/financial_connections/transactions
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

-- forwarding.request: GET /v1/forwarding/requests
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

-- identity.verification_report: GET /v1/identity/verification_reports
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

-- identity.verification_session: GET /v1/identity/verification_sessions
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

-- reporting.report_run: GET /v1/reporting/report_runs
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

-- reporting.report_type: GET /v1/reporting/report_types
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

-- scheduled_query_run: GET /v1/sigma/scheduled_query_runs
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

-- three_d_secure.authentication: GET /v1/three_d_secure/authentications
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

-- webhook_endpoint: GET /v1/webhook_endpoints
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
