-- What discounts took off an invoice: without it nobody can get from the subtotal to the total. Taxes that are in the
-- prices already (inclusive) are in the subtotal, too.
ALTER TABLE stripe_invoices ADD COLUMN discount_minor INTEGER;

INSERT INTO rereads (name) VALUES ('stripe_invoices') ON CONFLICT DO UPDATE SET after_row_id = 0;

DROP VIEW invoices_overview;

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
