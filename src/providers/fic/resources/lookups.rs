//! What the other tables refer to: whole lists, read once a day.

use crate::model::resource::{List, Poll, Resource, boolean, decimal, refer, text};

use super::BASE;

/// VAT types; id 0 is a real one.
pub(super) const VAT_TYPES: Resource = Resource {
    name: "vat_types",
    list: List::Once("/info/vat_types"),
    get: "/settings/vat_types/{id}",
    columns: &[
        decimal("value", "/value"),
        text("description", "/description"),
        text("notes", "/notes"),
        text("ei_type", "/ei_type"),
        text("ei_description", "/ei_description"),
        text("e_invoice", "/e_invoice"),
        boolean("editable", "/editable"),
        boolean("is_disabled", "/is_disabled"),
        boolean("is_default", "/default"),
    ],
    poll: Poll::Daily,
    ..BASE
};

/// Ways of paying.
pub(super) const PAYMENT_METHODS: Resource = Resource {
    name: "payment_methods",
    list: List::Once("/info/payment_methods"),
    get: "/settings/payment_methods/{id}",
    columns: &[
        text("name", "/name"),
        text("type", "/type"),
        boolean("is_default", "/is_default"),
        refer("default_payment_account_id", "/default_payment_account/id"),
        text("bank_name", "/bank_name"),
        text("bank_iban", "/bank_iban"),
        text("bank_beneficiary", "/bank_beneficiary"),
        text("ei_payment_method", "/ei_payment_method"),
    ],
    poll: Poll::Daily,
    ..BASE
};

/// Accounts that money comes to and leaves from.
pub(super) const PAYMENT_ACCOUNTS: Resource = Resource {
    name: "payment_accounts",
    list: List::Once("/info/payment_accounts"),
    get: "/settings/payment_accounts/{id}",
    columns: &[
        text("name", "/name"),
        text("type", "/type"),
        text("iban", "/iban"),
        text("sia", "/sia"),
        text("cuc", "/cuc"),
        boolean("is_virtual", "/virtual"),
    ],
    poll: Poll::Daily,
    ..BASE
};

/// Revenue centres: plain names, which are their ids.
pub(super) const REVENUE_CENTERS: Resource = Resource {
    name: "revenue_centers",
    list: List::Once("/info/revenue_centers"),
    columns: &[text("name", "/name")],
    poll: Poll::Daily,
    ..BASE
};

/// Cost centres: plain names, which are their ids.
pub(super) const COST_CENTERS: Resource = Resource {
    name: "cost_centers",
    list: List::Once("/info/cost_centers"),
    columns: &[text("name", "/name")],
    poll: Poll::Daily,
    ..BASE
};

/// Categories of products, one list for each context; the id is `context:name`.
pub(super) const PRODUCT_CATEGORIES: Resource = Resource {
    name: "product_categories",
    list: List::Once("/info/product_categories"),
    columns: &[text("context", "/context"), text("name", "/name")],
    passes: &["context=products", "context=issued_documents", "context=received_documents"],
    poll: Poll::Daily,
    ..BASE
};

/// Categories of received documents: plain names, which are their ids.
pub(super) const RECEIVED_DOCUMENT_CATEGORIES: Resource = Resource {
    name: "received_document_categories",
    list: List::Once("/info/received_document_categories"),
    columns: &[text("name", "/name")],
    poll: Poll::Daily,
    ..BASE
};

/// Categories of the archive: plain names, which are their ids.
pub(super) const ARCHIVE_CATEGORIES: Resource = Resource {
    name: "archive_categories",
    list: List::Once("/info/archive_categories"),
    columns: &[text("name", "/name")],
    poll: Poll::Daily,
    ..BASE
};

/// Print templates of the company.
pub(super) const TEMPLATES: Resource = Resource {
    name: "templates",
    list: List::Once("/settings/templates"),
    get: "/settings/templates/{id}",
    columns: &[text("name", "/name"), text("type", "/type"), text("author", "/author"), text("privacy", "/privacy")],
    poll: Poll::Daily,
    ..BASE
};

/// Countries; the id is the Italian name, which is what entities hold.
pub(super) const COUNTRIES: Resource = Resource {
    name: "countries",
    list: List::Once("/info/detailed_countries"),
    columns: &[
        text("name", "/name"),
        text("settings_name", "/settings_name"),
        text("iso", "/iso"),
        text("fiscal_iso", "/fiscal_iso"),
        text("uic", "/uic"),
    ],
    poll: Poll::Daily,
    ..BASE
};

/// Currencies with their rate from the euro.
pub(super) const CURRENCIES: Resource = Resource {
    name: "currencies",
    list: List::Once("/info/currencies"),
    columns: &[
        text("symbol", "/symbol"),
        text("html_symbol", "/html_symbol"),
        decimal("exchange_rate", "/exchange_rate"),
    ],
    poll: Poll::Daily,
    ..BASE
};

/// Languages; the id is the code.
pub(super) const LANGUAGES: Resource = Resource {
    name: "languages",
    list: List::Once("/info/languages"),
    columns: &[text("code", "/code"), text("name", "/name")],
    poll: Poll::Daily,
    ..BASE
};

/// Units of measure: plain names, which are their ids.
pub(super) const MEASURES: Resource = Resource {
    name: "measures",
    list: List::Once("/info/measures"),
    columns: &[text("name", "/name")],
    poll: Poll::Daily,
    ..BASE
};

/// Reasons for a delivery note: plain texts, which are their ids.
pub(super) const DN_CAUSALS: Resource = Resource {
    name: "dn_causals",
    list: List::Once("/info/dn_causals"),
    columns: &[text("name", "/name")],
    poll: Poll::Daily,
    ..BASE
};
