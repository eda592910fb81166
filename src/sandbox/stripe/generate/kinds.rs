//! The kinds of objects that the sandbox makes: how many, with which ids, filled by whom.

use super::template::Fields;
use super::{Gen, accounts, billing, catalog, invoices, invoicing, ledger, payments, sales, tail};

/// Writes what varies in the nth object of a kind.
pub(super) type Fill = fn(&Gen, Kind, u32, &mut Fields);

/// One kind.
pub(in super::super) struct Row {
    pub(in super::super) kind: Kind,
    pub(in super::super) object: &'static str,
    pub(in super::super) prefix: &'static str,
    /// Ids that are not made of a prefix and a code.
    pub(in super::super) fixed_ids: &'static [&'static str],
    /// Fields of the sample that are not there by default.
    pub(super) drop: &'static [&'static str],
    /// How many for so many customers.
    pub(super) count: fn(u32) -> u32,
    pub(super) fill: Fill,
    /// Connected accounts have none.
    pub(super) platform_only: bool,
    /// Live mode has none.
    pub(super) test_only: bool,
}

impl Row {
    const fn new(kind: Kind, object: &'static str, prefix: &'static str, count: fn(u32) -> u32, fill: Fill) -> Row {
        Row { kind, object, prefix, fixed_ids: &[], drop: &[], count, fill, platform_only: false, test_only: false }
    }
    const fn drop(mut self, fields: &'static [&'static str]) -> Row {
        self.drop = fields;
        self
    }
    const fn ids(mut self, ids: &'static [&'static str]) -> Row {
        self.fixed_ids = ids;
        self
    }
    const fn platform(mut self) -> Row {
        self.platform_only = true;
        self
    }
    const fn test(mut self) -> Row {
        self.test_only = true;
        self
    }
}

macro_rules! kinds {
    ($($kind:ident, $object:literal, $prefix:literal, $count:expr, $fill:path $(, $method:ident $args:tt)*;)*) => {
        /// The kinds, in the order of [`ROWS`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(in super::super) enum Kind { $($kind),* }

        /// The table of kinds.
        pub(in super::super) static ROWS: &[Row] =
            &[$(Row::new(Kind::$kind, $object, $prefix, $count, $fill)$(.$method $args)*),*];
    };
}

const FEW: fn(u32) -> u32 = |_| 3;

kinds! {
    Customer, "customer", "cus_", |c| c, billing::customer;
    Subscription, "subscription", "sub_", |c| c * 4 / 5 + 1, billing::subscription;
    Invoice, "invoice", "in_", |c| c * 3, invoices::invoice, drop(&["subscription", "payments", "confirmation_secret"]);
    Charge, "charge", "ch_", |c| c * 3, payments::charge, drop(&["refunds", "source", "shipping"]);
    PaymentIntent, "payment_intent", "pi_", |c| c * 3, payments::payment_intent;
    Refund, "refund", "re_", |c| ledger::refunds(c * 3), payments::refund;
    Dispute, "dispute", "du_", |c| ledger::disputes(c * 3), payments::dispute;
    Payout, "payout", "po_", |c| ledger::payouts(c * 3), payments::payout;
    BalanceTransaction, "balance_transaction", "txn_", |c| ledger::entries(c * 3), payments::balance_transaction;
    Product, "product", "prod_", |c| c / 50 + 12, catalog::product;
    Price, "price", "price_", |c| c / 20 + 30, catalog::price;
    Plan, "plan", "price_", |c| c / 20 + 30, catalog::plan;
    Coupon, "coupon", "cpn_", |c| c / 200 + 6, catalog::coupon;
    PromotionCode, "promotion_code", "promo_", |c| c / 100 + 4, catalog::promotion_code;
    TaxRate, "tax_rate", "txr_", |_| 4, catalog::tax_rate;
    TaxId, "tax_id", "txi_", |c| c / 8 + 3, billing::tax_id;
    SetupIntent, "setup_intent", "seti_", |c| c / 2 + 2, payments::setup_intent;
    SetupAttempt, "setup_attempt", "setatt_", |c| c / 2 + 2, payments::setup_attempt;
    CheckoutSession, "checkout.session", "cs_test_", |c| invoicing::sessions(c * 3), sales::checkout_session;
    Quote, "quote", "qt_", |c| c / 20 + 3, sales::quote;
    CreditNote, "credit_note", "cn_", |c| invoicing::credit_notes(c * 3), invoices::credit_note;
    Transfer, "transfer", "tr_", |c| c / 20 + 3, payments::transfer;
    PaymentMethod, "payment_method", "pm_", |c| c + 5, payments::payment_method;
    TestClock, "test_helpers.test_clock", "clock_", |_| 2, tail::plain, test();
    InvoicePayment, "invoice_payment", "inpay_", |c| invoicing::payments(c * 3), invoices::invoice_payment;
    Invoiceitem, "invoiceitem", "ii_", |c| invoicing::items(c * 3), invoices::invoiceitem;
    SubscriptionSchedule, "subscription_schedule", "sub_sched_", |c| c / 40 + 2, billing::schedule;
    CustomerBalanceTransaction, "customer_balance_transaction", "cbtxn_", |c| c / 4 + 2, billing::customer_balance;
    CashTransaction, "customer_cash_balance_transaction", "ccsbtxn_", |c| c / 50 + 2, billing::by_customer;
    Card, "card", "card_", |c| c / 10 + 2, billing::by_customer;
    ActiveEntitlement, "entitlements.active_entitlement", "ent_", |c| c / 10 + 2, tail::active_entitlement;
    SubscriptionItem, "subscription_item", "si_", |_| 1, tail::plain;
    LineItem, "line_item", "il_", |_| 1, tail::plain, drop(&["subscription", "invoice_item"]);
    Item, "item", "li_", |_| 1, tail::plain;
    CreditNoteLine, "credit_note_line_item", "cnli_", |_| 1, tail::plain;
    TransferReversal, "transfer_reversal", "trr_", |_| 1, tail::plain;
    FeeRefund, "fee_refund", "fr_", |_| 1, tail::plain;
    ValueListItem, "radar.value_list_item", "rsli_", |_| 1, tail::plain;
    BankAccount, "bank_account", "ba_", |_| 1, tail::plain;
    AmountLine, "payment_intent_amount_details_line_item", "uli_", |_| 1, tail::plain;
    Account, "account", "acct_", |_| 3, accounts::account, platform();
    Person, "person", "person_", |_| 6, payments::by_account, platform();
    Capability, "capability", "cap_", |_| 6, payments::by_account, platform();
    ApplicationFee, "application_fee", "fee_", |c| c / 50 + 3, payments::application_fee, platform();
    ApplePayDomain, "apple_pay_domain", "apwc_", FEW, tail::plain;
    AppInstall, "apps.install", "ins_", FEW, tail::plain;
    AppSecret, "apps.secret", "appsecret_", FEW, tail::plain;
    BillingAlert, "billing.alert", "alrt_", FEW, tail::plain;
    CreditBalanceTransaction, "billing.credit_balance_transaction", "cbtxn_", |c| c / 50 + 3, tail::plain;
    CreditGrant, "billing.credit_grant", "credgr_", |c| c / 50 + 3, tail::plain;
    FeedbackOption, "billing.feedback_option", "fbo_", FEW, tail::plain;
    Meter, "billing.meter", "meter_", FEW, tail::plain;
    MeterSummary, "billing.meter_event_summary", "mtrusg_", |_| 9, tail::meter_summary;
    PortalConfiguration, "billing_portal.configuration", "bpc_", FEW, tail::plain;
    ClimateOrder, "climate.order", "climorder_", FEW, tail::plain;
    ClimateProduct, "climate.product", "climsku_", FEW, tail::plain;
    ClimateSupplier, "climate.supplier", "climsup_", FEW, tail::plain;
    CountrySpec, "country_spec", "", FEW, tail::plain, ids(&["US", "IT", "JP"]);
    EntitlementFeature, "entitlements.feature", "feat_", FEW, tail::plain;
    ExchangeRate, "exchange_rate", "", FEW, tail::plain, ids(&["usd", "eur", "jpy"]);
    File, "file", "file_", |_| 5, tail::file;
    FileLink, "file_link", "link_", |_| 7, tail::plain;
    FcAccount, "financial_connections.account", "fca_", FEW, tail::plain;
    FcTransaction, "financial_connections.transaction", "fctxn_", FEW, tail::fc_transaction;
    ForwardingRequest, "forwarding.request", "fwdreq_", FEW, tail::plain;
    VerificationReport, "identity.verification_report", "vr_", FEW, tail::plain;
    VerificationSession, "identity.verification_session", "vs_", FEW, tail::plain;
    InvoiceTemplate, "invoice_rendering_template", "inrtem_", FEW, tail::plain;
    IssuingAuthorization, "issuing.authorization", "iauth_", FEW, tail::plain;
    IssuingCardholder, "issuing.cardholder", "ich_", FEW, tail::plain;
    IssuingCard, "issuing.card", "ic_", FEW, tail::plain;
    IssuingDispute, "issuing.dispute", "idp_", FEW, tail::plain;
    IssuingDesign, "issuing.personalization_design", "ipcd_", FEW, tail::plain;
    IssuingBundle, "issuing.physical_bundle", "ics_", FEW, tail::plain;
    IssuingToken, "issuing.token", "intok_", FEW, tail::plain;
    IssuingTransaction, "issuing.transaction", "ipi_", FEW, tail::plain;
    PaymentRecord, "payment_record", "pr_", FEW, tail::plain;
    PaymentAttemptRecord, "payment_attempt_record", "par_", FEW, tail::plain;
    PaymentLink, "payment_link", "plink_", |_| 4, sales::payment_link;
    PaymentMethodConfiguration, "payment_method_configuration", "pmc_", FEW, tail::plain;
    PaymentMethodDomain, "payment_method_domain", "pmd_", FEW, tail::plain;
    TrialOffer, "product_catalog.trial_offer", "to_", FEW, tail::plain;
    ProductFeature, "product_feature", "prodft_", |_| 6, tail::product_feature;
    FraudWarning, "radar.early_fraud_warning", "issfr_", |c| c / 100 + 2, tail::plain;
    ValueList, "radar.value_list", "rsl_", |_| 4, tail::value_list;
    ReportRun, "reporting.report_run", "frr_", FEW, tail::plain;
    ReportType, "reporting.report_type", "", FEW, tail::plain,
        ids(&["balance.summary.1", "payouts.summary.1", "tax.transactions.itemized.2"]);
    Review, "review", "prv_", |c| c / 50 + 4, tail::review;
    ShippingRate, "shipping_rate", "shr_", FEW, tail::plain;
    ScheduledQuery, "scheduled_query_run", "sqr_", FEW, tail::plain;
    TaxLocation, "tax.location", "taxloc_", FEW, tail::plain;
    TaxRegistration, "tax.registration", "taxreg_", FEW, tail::plain;
    TaxCode, "tax_code", "txcd_", |_| 20, tail::plain;
    TerminalConfiguration, "terminal.configuration", "tmc_", FEW, tail::plain;
    TerminalLocation, "terminal.location", "tml_", FEW, tail::plain;
    TerminalReader, "terminal.reader", "tmr_", FEW, tail::plain;
    ThreeDSecure, "three_d_secure.authentication", "tdsa_", FEW, tail::plain;
    Topup, "topup", "tu_", FEW, tail::plain;
    TreasuryAccount, "treasury.financial_account", "fa_", FEW, tail::plain;
    CreditReversal, "treasury.credit_reversal", "credrev_", FEW, tail::plain;
    DebitReversal, "treasury.debit_reversal", "debrev_", FEW, tail::plain;
    InboundTransfer, "treasury.inbound_transfer", "ibt_", FEW, tail::plain;
    OutboundPayment, "treasury.outbound_payment", "obp_", FEW, tail::plain;
    OutboundTransfer, "treasury.outbound_transfer", "obt_", FEW, tail::plain;
    ReceivedCredit, "treasury.received_credit", "rc_", FEW, tail::plain;
    ReceivedDebit, "treasury.received_debit", "rd_", FEW, tail::plain;
    TreasuryTransaction, "treasury.transaction", "trxn_", FEW, tail::plain;
    TreasuryEntry, "treasury.transaction_entry", "trxne_", FEW, tail::plain;
    WebhookEndpoint, "webhook_endpoint", "we_", |_| 2, tail::plain;
    Source, "source", "src_", FEW, tail::plain;
    SourceTransaction, "source_transaction", "srctxn_", FEW, tail::plain;
    Event, "event", "evt_", |_| 0, tail::plain;
    Mandate, "mandate", "mandate_", FEW, tail::plain;
}

impl Kind {
    /// Returns this kind's row.
    pub(in super::super) fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// Finds the kind that has this `object` value.
    pub(in super::super) fn of(object: &str) -> Option<Kind> {
        ROWS.iter().find(|row| row.object == object).map(|row| row.kind)
    }
}
