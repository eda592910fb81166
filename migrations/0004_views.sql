-- Views that join names in. Rows that are gone at the service (tombstones) do not show, but their names still do:
-- a subscription of a deleted product keeps the product's name. Every amount is in minor units of the currency beside
-- it; nothing is added up across currencies. Times are unix seconds, UTC.
-- The syntax stays that of SQLite 3.37: an older client that cannot read one view refuses the whole file.

-- One row for each subscription item, with all that a revenue figure needs: status, price, period, trial, pause.
-- `tiers` is set for tiered prices, `transform_quantity` for packages; `quantity` is null for metered prices.
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

-- One row for each subscription: who, what (products and prices by name), how much of it, until when.
-- `items` is a JSON array of {price, product, quantity, unit_amount_decimal, interval, interval_count}.
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

-- One row for each invoice, drafts and void ones included (`status` tells). `is_overdue` looks at the clock.
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

-- One row for each customer. Sums stand by currency, as JSON objects {"eur": 1200, "usd": 500}; null when there are
-- none. `charged_minor` is what succeeded charges captured, `refunded_minor` what was given back of them.
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

-- One row for each charge, failed ones included (`status` tells). `amount_minor` and what was captured or refunded are
-- in `currency`; `settled_minor`, `fee_minor` and `net_minor` come from the charge's own balance transaction and are
-- in `settlement_currency`, which may be another one. Refunds have balance transactions of their own.
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
