//! Issued documents with their lines and instalments.

use crate::model::resource::{Inline, List, Poll, Resource, boolean, date, decimal, int, refer, rome_time, text};

use super::BASE;

/// Invoices, quotes, credit notes and the eight other kinds, told apart by `type`.
pub(super) const ISSUED_DOCUMENTS: Resource = Resource {
    name: "issued_documents",
    list: List::Pages("/issued_documents"),
    get: "/issued_documents/{id}",
    columns: &[
        text("type", "/type"),
        text("numeration", "/numeration"),
        int("number", "/number"),
        int("year", "/year"),
        date("date", "/date"),
        refer("entity_id", "/entity/id"),
        text("entity_name", "/entity/name"),
        text("entity_vat_number", "/entity/vat_number"),
        text("entity_tax_code", "/entity/tax_code"),
        text("entity_country", "/entity/country"),
        text("subject", "/subject"),
        text("visible_subject", "/visible_subject"),
        text("rc_center", "/rc_center"),
        text("currency", "/currency/id"),
        decimal("exchange_rate", "/currency/exchange_rate"),
        text("language", "/language/code"),
        decimal("amount_net", "/amount_net"),
        decimal("amount_vat", "/amount_vat"),
        decimal("amount_gross", "/amount_gross"),
        decimal("amount_due_discount", "/amount_due_discount"),
        decimal("amount_rivalsa", "/amount_rivalsa"),
        decimal("amount_cassa", "/amount_cassa"),
        decimal("amount_cassa2", "/amount_cassa2"),
        decimal("amount_withholding_tax", "/amount_withholding_tax"),
        decimal("amount_other_withholding_tax", "/amount_other_withholding_tax"),
        decimal("stamp_duty", "/stamp_duty"),
        boolean("use_split_payment", "/use_split_payment"),
        boolean("use_gross_prices", "/use_gross_prices"),
        boolean("e_invoice", "/e_invoice"),
        text("ei_status", "/ei_status"),
        refer("payment_method_id", "/payment_method/id"),
        text("payment_method_name", "/payment_method/name"),
        refer("price_list_id", "/price_list_id"),
        boolean("delivery_note", "/delivery_note"),
        boolean("accompanying_invoice", "/accompanying_invoice"),
        int("dn_number", "/dn_number"),
        date("dn_date", "/dn_date"),
        boolean("is_marked", "/is_marked"),
        boolean("locked", "/locked"),
        date("seen_date", "/seen_date"),
        date("next_due_date", "/next_due_date"),
        text("created_at", "/created_at"),
        rome_time("created_s", "/created_at"),
        text("updated_at", "/updated_at"),
        rome_time("updated_s", "/updated_at"),
    ],
    passes: &[
        "type=invoice",
        "type=quote",
        "type=proforma",
        "type=receipt",
        "type=delivery_note",
        "type=credit_note",
        "type=order",
        "type=work_report",
        "type=supplier_order",
        "type=self_own_invoice",
        "type=self_supplier_invoice",
    ],
    secret: &["/attachment_token"],
    volatile: &["/url", "/dn_url", "/ai_url", "/attachment_url"],
    ..BASE
};

/// Lines of issued documents.
pub(super) const ISSUED_DOCUMENT_ITEMS: Resource = Resource {
    name: "issued_document_items",
    list: List::Unlisted("they stand inside their documents"),
    columns: &[
        refer("product_id", "/product_id"),
        text("code", "/code"),
        text("name", "/name"),
        text("description", "/description"),
        text("category", "/category"),
        text("measure", "/measure"),
        decimal("qty", "/qty"),
        decimal("net_price", "/net_price"),
        decimal("gross_price", "/gross_price"),
        decimal("discount", "/discount"),
        refer("vat_id", "/vat/id"),
        decimal("vat_value", "/vat/value"),
        boolean("not_taxable", "/not_taxable"),
        boolean("apply_withholding_taxes", "/apply_withholding_taxes"),
        boolean("in_dn", "/in_dn"),
        boolean("stock", "/stock"),
    ],
    inline: &[Inline { parent: "issued_documents", at: "/items_list", expand: false }],
    poll: Poll::WithParent,
    ..BASE
};

/// Instalments of issued documents; what is paid or open is told by their `status` alone.
pub(super) const ISSUED_DOCUMENT_PAYMENTS: Resource = Resource {
    name: "issued_document_payments",
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
    inline: &[Inline { parent: "issued_documents", at: "/payments_list", expand: false }],
    poll: Poll::WithParent,
    ..BASE
};
