-- Fatture in Cloud: one table for each resource of the provider's table.
--
-- Amounts, prices and quantities are exact decimal TEXT: the number as the service wrote it. Never sum them with
-- sum(), which would make floats of them; the views at the end derive integer cents where that is exact.
-- created_at and the like are the service's text, which has no zone; created_s and the like are unix seconds derived
-- by reading it as Europe/Rome. Ids are numbers on the wire and TEXT here.
-- Each table has an index `…_odd` of its tombstones and doubtful rows: nearly empty, so it costs nothing to keep, and
-- `status` counts them without reading the table.

-- Clients.
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

-- Suppliers.
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

-- Products and services of the catalogue.
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

-- Price lists.
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

-- Prices of products in a price list. On the wire a map from product id to {price}; the reader turns
-- each entry into a row whose id is the product's.
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

-- Invoices, quotes, credit notes and the eight other kinds, told apart by type.
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

-- Lines of issued documents.
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

-- Instalments of issued documents; what is paid or open is told by their status alone.
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

-- Expenses, passive credit notes and delivery notes, self-invoices.
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

-- Lines of received documents.
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

-- Instalments of received documents.
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

-- Documents that arrived and are not registered yet. The service may ignore type and show all of them in each pass;
-- the union by id is the same.
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

-- Till and sales receipts (corrispettivi).
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

-- Lines of receipts.
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

-- Tax payments (F24).
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

-- Entries of the cashbook, most of them views of payments elsewhere. Rows that come without an id get one from
-- the reader.
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

-- Archived documents.
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

-- E-mails sent.
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

-- VAT types; id 0 is a real one.
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

-- Ways of paying.
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

-- Accounts that money comes to and leaves from.
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

-- Revenue centres: plain names, which are their ids.
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

-- Cost centres: plain names, which are their ids.
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

-- Categories of products, one list for each context; the id is context:name.
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

-- Categories of received documents: plain names, which are their ids.
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

-- Categories of the archive: plain names, which are their ids.
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

-- Print templates of the company.
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

-- Countries; the id is the Italian name, which is what entities hold.
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

-- Currencies with their rate from the euro.
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

-- Languages; the id is the code.
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

-- Units of measure: plain names, which are their ids.
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

-- Reasons for a delivery note: plain texts, which are their ids.
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

-- Issued documents by type; deleted ones are left out. fic_issued_receipts are the "ricevute", fic_receipts the tills.
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

-- Instalments with their amount in integer hundredths of the document's currency; null where the decimal text does not
-- say a whole number of them (more than two places that are not zero, or an exponent), for then a sum would lie.
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

-- Invoices with their client and what is paid and open. Fatture in Cloud has no status of the whole document: it
-- follows from the instalments. A sum is null when one of its amounts is not a whole number of cents.
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
