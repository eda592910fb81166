//! One event taken in like any other, with a look at the row that it is about before and after.

use super::delivery::Delivery;
use super::intake::Intake;
use super::{Error, number};
use crate::model::extract::Catalog;
use crate::model::resource::Provider;
use crate::model::trial::{RowCells, Trial};
use crate::store::Store;

/// Takes a delivery in, in the transaction that is open or one of its own.
///
/// # Errors
/// As [`Intake::take`].
pub fn take(
    store: &Store,
    catalog: &Catalog,
    intake: &mut Intake,
    delivery: &Delivery,
    now_s: i64,
) -> Result<Trial, Error> {
    store.at_once(|| {
        let mut trial = Trial { correlation_id: delivery.correlation_id.clone(), ..Trial::default() };
        let found = match delivery.provider {
            Provider::Stripe => intake.identify(delivery, now_s)?.ok(),
            // It carries no object: rows change when what it names is fetched.
            Provider::Fic => None,
        };
        let row = || -> Result<Option<RowCells>, Error> {
            let Some((account, event)) = &found else { return Ok(None) };
            let (Some(_), Some(id)) = (catalog.by_table(&event.table), &event.object_id) else { return Ok(None) };
            Ok(store.row_in_full(&event.table, *account, id)?)
        };
        let before = row()?;
        let Some(accepted) = intake.take(std::slice::from_ref(delivery), now_s)?.pop() else {
            return Err(Error::Bug(trial.correlation_id));
        };
        trial.compare(before.as_ref(), row()?.as_ref());
        (trial.event, trial.kind, trial.account) = (accepted.id, accepted.kind, accepted.account);
        (trial.took_us, trial.row) = (accepted.took_us, accepted.row);
        let (outcome, why) = accepted.verdict.in_words();
        (trial.outcome, trial.why) = (outcome, why.map(str::to_owned));
        if let Some((account, event)) = &found {
            let compiled = catalog.by_table(&event.table);
            trial.table = compiled.map(|compiled| compiled.resource.table());
            trial.object_id = event.object_id.clone();
            if let (Some(compiled), Some(id)) = (compiled, &event.object_id) {
                let resource = number(intake.numbers(), compiled.resource);
                trial.is_queued = store.is_queued(*account, resource, id)?;
            }
        }
        Ok(trial)
    })
}
