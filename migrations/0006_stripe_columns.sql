-- Tables that have columns or children which older programs did not take out of `data`: the next program that writes and
-- knows the resources computes them anew, row by row, and remembers here how far it is.
CREATE TABLE rereads (
  name TEXT PRIMARY KEY,               -- the table's name
  after_row_id INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- The account that a customer is, by its own name; and where its tax is.
ALTER TABLE stripe_customers RENAME COLUMN account_id TO customer_account_id;
ALTER TABLE stripe_customers ADD COLUMN tax_status TEXT;
ALTER TABLE stripe_customers ADD COLUMN tax_country TEXT;

-- Which item or checkout a discount was for. Discounts of subscription items, invoice items and lines are rows, too.
ALTER TABLE stripe_discounts ADD COLUMN invoice_item_id TEXT;
ALTER TABLE stripe_discounts ADD COLUMN checkout_session_id TEXT;

-- Issuing: whose card it is, and what the merchant asked for.
ALTER TABLE stripe_issuing_authorizations RENAME COLUMN merchant_amount TO merchant_amount_minor;
ALTER TABLE stripe_issuing_authorizations ADD COLUMN card_id TEXT;
ALTER TABLE stripe_issuing_authorizations ADD COLUMN merchant_currency TEXT;
CREATE INDEX stripe_issuing_authorizations_by_card_id ON stripe_issuing_authorizations (card_id);
ALTER TABLE stripe_issuing_cards ADD COLUMN cardholder_id TEXT;
CREATE INDEX stripe_issuing_cards_by_cardholder_id ON stripe_issuing_cards (cardholder_id);
ALTER TABLE stripe_issuing_transactions RENAME COLUMN merchant_amount TO merchant_amount_minor;
ALTER TABLE stripe_issuing_transactions ADD COLUMN merchant_currency TEXT;

-- Amounts of credits and payment records. `type` tells whether a transaction credits or debits; its amount has no sign.
ALTER TABLE stripe_billing_credit_grants ADD COLUMN amount_minor INTEGER;
ALTER TABLE stripe_billing_credit_grants ADD COLUMN currency TEXT;
ALTER TABLE stripe_billing_credit_balance_transactions ADD COLUMN amount_minor INTEGER;
ALTER TABLE stripe_billing_credit_balance_transactions ADD COLUMN currency TEXT;
ALTER TABLE stripe_billing_credit_balance_transactions ADD COLUMN invoice_id TEXT;
CREATE INDEX stripe_billing_credit_balance_transactions_by_invoice_id ON stripe_billing_credit_balance_transactions (invoice_id);
ALTER TABLE stripe_payment_records ADD COLUMN amount_minor INTEGER;
ALTER TABLE stripe_payment_records ADD COLUMN amount_requested_minor INTEGER;
ALTER TABLE stripe_payment_records ADD COLUMN amount_authorized_minor INTEGER;
ALTER TABLE stripe_payment_records ADD COLUMN amount_guaranteed_minor INTEGER;
ALTER TABLE stripe_payment_records ADD COLUMN amount_refunded_minor INTEGER;
ALTER TABLE stripe_payment_records ADD COLUMN amount_canceled_minor INTEGER;
ALTER TABLE stripe_payment_records ADD COLUMN amount_failed_minor INTEGER;
ALTER TABLE stripe_payment_records ADD COLUMN currency TEXT;
ALTER TABLE stripe_payment_attempt_records ADD COLUMN amount_minor INTEGER;
ALTER TABLE stripe_payment_attempt_records ADD COLUMN amount_requested_minor INTEGER;
ALTER TABLE stripe_payment_attempt_records ADD COLUMN amount_authorized_minor INTEGER;
ALTER TABLE stripe_payment_attempt_records ADD COLUMN amount_guaranteed_minor INTEGER;
ALTER TABLE stripe_payment_attempt_records ADD COLUMN amount_refunded_minor INTEGER;
ALTER TABLE stripe_payment_attempt_records ADD COLUMN amount_canceled_minor INTEGER;
ALTER TABLE stripe_payment_attempt_records ADD COLUMN amount_failed_minor INTEGER;
ALTER TABLE stripe_payment_attempt_records ADD COLUMN currency TEXT;

-- Owners stand in their accounts. Older programs never put a row here.
DROP TABLE stripe_financial_connections_account_owners;
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

INSERT INTO rereads (name) VALUES
  ('stripe_billing_credit_balance_transactions'),
  ('stripe_billing_credit_grants'),
  ('stripe_customers'),
  ('stripe_discounts'),
  ('stripe_invoice_items'),
  ('stripe_issuing_authorizations'),
  ('stripe_issuing_cards'),
  ('stripe_issuing_transactions'),
  ('stripe_payment_attempt_records'),
  ('stripe_payment_records'),
  ('stripe_subscription_items');

-- These lists are asked for with more expanded than before (the tax of customers, the discounts of invoices' lines, the
-- owners of bank accounts): what is stored lacks it, so the next sync reads them whole once.
DELETE FROM walks WHERE resource IN (
  SELECT id FROM resources
  WHERE name IN ('stripe_customers', 'stripe_invoices', 'stripe_financial_connections_accounts'));
