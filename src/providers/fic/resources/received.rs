//! Received documents, registered and pending.

use crate::model::resource::{Inline, List, Poll, Resource, boolean, date, decimal, int, refer, rome_time, text};

use super::BASE;

/// Expenses, passive credit notes and delivery notes, self-invoices.
pub(super) const RECEIVED_DOCUMENTS: Resource = Resource {
    name: "received_documents",
    list: List::Pages("/received_documents"),
    get: "/received_documents/{id}",
    columns: &[
        text("type", "/type"),
        date("date", "/date"),
        refer("entity_id", "/entity/id"),
        text("entity_name", "/entity/name"),
        text("entity_vat_number", "/entity/vat_number"),
        text("entity_tax_code", "/entity/tax_code"),
        text("entity_country", "/entity/country"),
        text("category", "/category"),
        text("description", "/description"),
        text("rc_center", "/rc_center"),
        text("invoice_number", "/invoice_number"),
        text("currency", "/currency/id"),
        decimal("exchange_rate", "/currency/exchange_rate"),
        decimal("amount_net", "/amount_net"),
        decimal("amount_vat", "/amount_vat"),
        decimal("amount_gross", "/amount_gross"),
        decimal("amount_withholding_tax", "/amount_withholding_tax"),
        decimal("amount_other_withholding_tax", "/amount_other_withholding_tax"),
        decimal("amortization", "/amortization"),
        decimal("tax_deductibility", "/tax_deductibility"),
        decimal("vat_deductibility", "/vat_deductibility"),
        boolean("is_marked", "/is_marked"),
        boolean("is_detailed", "/is_detailed"),
        boolean("e_invoice", "/e_invoice"),
        boolean("locked", "/locked"),
        date("next_due_date", "/next_due_date"),
        text("created_at", "/created_at"),
        rome_time("created_s", "/created_at"),
        text("updated_at", "/updated_at"),
        rome_time("updated_s", "/updated_at"),
    ],
    passes: &["type=expense", "type=passive_credit_note", "type=passive_delivery_note", "type=self_invoice"],
    secret: &["/attachment_token"],
    volatile: &["/attachment_url", "/attachment_preview_url"],
    ..BASE
};

/// Lines of received documents.
pub(super) const RECEIVED_DOCUMENT_ITEMS: Resource = Resource {
    name: "received_document_items",
    list: List::Unlisted("they stand inside their documents"),
    columns: &[
        refer("product_id", "/product_id"),
        text("code", "/code"),
        text("name", "/name"),
        text("measure", "/measure"),
        text("category", "/category"),
        decimal("net_price", "/net_price"),
        decimal("qty", "/qty"),
        decimal("stock", "/stock"),
        decimal("deductibility_vat_percentage", "/deductibility_vat_percentage"),
        refer("vat_id", "/vat/id"),
        decimal("vat_value", "/vat/value"),
    ],
    inline: &[Inline { parent: "received_documents", at: "/items_list", expand: false }],
    poll: Poll::WithParent,
    ..BASE
};

/// Instalments of received documents.
pub(super) const RECEIVED_DOCUMENT_PAYMENTS: Resource = Resource {
    name: "received_document_payments",
    list: List::Unlisted("they stand inside their documents"),
    columns: &[
        decimal("amount", "/amount"),
        date("due_date", "/due_date"),
        date("paid_date", "/paid_date"),
        text("status", "/status"),
        refer("payment_account_id", "/payment_account/id"),
        text("payment_account_name", "/payment_account/name"),
        int("payment_terms_days", "/payment_terms/days"),
        text("payment_terms_type", "/payment_terms/type"),
    ],
    inline: &[Inline { parent: "received_documents", at: "/payments_list", expand: false }],
    poll: Poll::WithParent,
    ..BASE
};

/// Documents that arrived and are not registered yet. The service may ignore `type` and show all of them in each pass;
/// the union by id is the same.
pub(super) const RECEIVED_DOCUMENTS_PENDING: Resource = Resource {
    name: "received_documents_pending",
    list: List::Pages("/received_documents/pending"),
    get: "/received_documents/pending/{id}",
    columns: &[
        text("type", "/type"),
        text("subject", "/subject"),
        text("filename", "/filename"),
        text("document_type", "/document_type"),
        text("supplier_name", "/supplier_name"),
        text("cost_center", "/cost_center"),
        text("category", "/category"),
        text("date", "/date"),
        date("emission_date", "/emission_date|/emssion_date"),
        decimal("amount_net", "/amount_net"),
        decimal("amount_vat", "/amount_vat"),
        decimal("amount_gross", "/amount_gross"),
        text("currency", "/currency/id"),
        text("import_error", "/import_error"),
    ],
    passes: &["type=agyo", "type=mail", "type=browser"],
    volatile: &["/attachment_url", "/other_attachments/*/attachment"],
    ..BASE
};
