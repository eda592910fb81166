//! The table of Stripe's resources, by domain. Adding one: an entry here, a migration, a sample in `testdata/`.
//!
//! Column paths name the newest API shape first and older ones after it; which shapes there were is listed in Stripe's
//! changelog from acacia to endive.

mod billing;
mod catalog;
mod connect;
mod customers;
mod invoices;
mod issuing;
mod other;
mod payments;
mod subscriptions;
mod tax;
mod terminal;
mod treasury;

use crate::model::resource::Resource;

/// Every listable resource of Stripe.
pub fn all() -> impl Iterator<Item = &'static Resource> {
    [
        billing::RESOURCES,
        customers::RESOURCES,
        subscriptions::RESOURCES,
        invoices::RESOURCES,
        tax::RESOURCES,
        catalog::RESOURCES,
        payments::RESOURCES,
        connect::RESOURCES,
        issuing::RESOURCES,
        treasury::RESOURCES,
        terminal::RESOURCES,
        other::RESOURCES,
    ]
    .into_iter()
    .flatten()
}
