//! Takes accounts out of the file, in short transactions beside whoever else writes. First goes what was known of how far it
//! was read: whoever wants back what is half deleted has it read anew. What was not yet deleted when it ends early, the next
//! run deletes: the account itself goes last. Of those of a service a mark stays, so that neither a key nor a platform's list
//! brings them back unasked.

use std::time::{Duration, Instant};

use super::Error;
use super::turns::Turns;
use crate::model::cancel::Cancel;
use crate::store::{HeldIn, Store};

/// Rows in a statement, of which a transaction has as many as there is time for: few at first, then as many as take about
/// [`PART_TIME`].
const PART_MIN: usize = 16;
const PART_MAX: usize = 4096;
/// A part that took longer is followed by a smaller one; one that took less than half, by a larger one.
const PART_TIME: Duration = Duration::from_millis(5);

/// Returns how many rows an account has in all tables that name it.
///
/// # Errors
/// SQLite's.
pub fn rows_of(store: &Store, account: i64) -> Result<u64, Error> {
    let tables = store.tables_of_accounts()?;
    tables.iter().try_fold(0, |sum, table| Ok(sum + store.rows_held(table, account)?))
}

/// What is left of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// That it was removed; and what the service has counted of it.
    Mark,
    /// Nothing: it was made up, or nobody knows whose it was.
    Nothing,
}

/// Deletes all rows of an account, and then itself; returns how many rows went, and whether all did. `told` hears of each
/// part.
///
/// # Errors
/// What keeps the file from being written; what went before is gone.
pub fn remove(
    store: &Store,
    account: i64,
    leaving: Leaving,
    cancel: &Cancel,
    told: &mut dyn FnMut(u64),
) -> Result<(u64, bool), Error> {
    store.at_once(|| store.shut(account))?;
    let mut tables = store.tables_of_accounts()?;
    tables.retain(|table| leaving == Leaving::Nothing || !table.is_counted_by_service());
    let (mut turns, mut deleted, mut part) = (Turns::new(store), 0, PART_MIN);
    for table in &tables {
        let mut is_empty = false;
        while !is_empty {
            if cancel.is_set() {
                return Ok((deleted, false));
            }
            let gone = store.at_once(|| {
                turns.begin();
                let mut gone = 0;
                while !is_empty && !turns.is_over() {
                    let began = Instant::now();
                    let count = store.delete_held(table, account, part)?;
                    is_empty = count < part;
                    gone += count as u64;
                    part = next_part(part, began.elapsed());
                }
                Ok::<_, Error>(gone)
            })?;
            turns.end();
            deleted += gone;
            told(gone);
        }
    }
    // A receiver beside may have put some there meanwhile: these go together with the account.
    let late = store.at_once(|| {
        let late = tables.iter().try_fold(0, |sum, table: &HeldIn| {
            Ok::<_, Error>(sum + store.delete_held(table, account, PART_MAX)? as u64)
        })?;
        match leaving {
            Leaving::Mark => store.shut(account)?,
            Leaving::Nothing => store.delete_account(account)?,
        }
        Ok::<_, Error>(late)
    })?;
    Ok((deleted + late, true))
}

fn next_part(part: usize, took: Duration) -> usize {
    match took {
        took if took > PART_TIME => (part / 2).max(PART_MIN),
        took if took < PART_TIME / 2 => (part * 2).min(PART_MAX),
        _ => part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{NewAccount, Store};

    #[test]
    fn what_the_service_has_counted_goes_on_counting() {
        for (leaving, wanted) in [(Leaving::Mark, [1, 1, 0]), (Leaving::Nothing, [0, 0, 0])] {
            let store = Store::in_memory().expect("opens");
            let account = store.account(&NewAccount::opened("fic", "7", "live")).expect("made").id;
            store.add_quota(account, 3600, 1_793_491_200, &[(1_793_491_200, 299)]).expect("kept");
            store.at_once(|| store.note_verify_attempt(account, "SUB1", 1_793_491_200)).expect("kept");
            let row = format!("INSERT INTO fic_clients (account, id, data, as_of) VALUES ({account}, 1, '{{}}', 0)");
            store.query_text(&row).expect("fills");
            assert!(remove(&store, account, leaving, &Cancel::default(), &mut |_| {}).expect("removes").1);
            let left = ["quotas", "fic_webhook_attempts", "fic_clients"].map(|table| {
                let counted = store.query_text(&format!("SELECT count(*) FROM {table}")).expect("counts");
                counted[0][0].parse::<i64>().expect("a number")
            });
            assert_eq!(left, wanted, "{leaving:?}");
        }
    }

    #[test]
    fn a_part_grows_while_it_is_quick_and_shrinks_when_it_is_not() {
        let ms = Duration::from_millis;
        let after = |took: &[u64]| took.iter().fold(PART_MIN, |part, took| next_part(part, ms(*took)));
        assert_eq!(after(&[1, 1, 1]), PART_MIN * 8);
        assert_eq!(after(&[1, 1, 4]), PART_MIN * 4);
        assert_eq!(after(&[1, 1, 6]), PART_MIN * 2);
        assert_eq!(after(&[1; 30]), PART_MAX);
        assert_eq!(after(&[30; 30]), PART_MIN);
    }

    #[test]
    fn what_was_interrupted_goes_on_and_the_account_goes_last() {
        let store = Store::in_memory().expect("opens");
        let account = store.account(&NewAccount::opened("stripe", "acct_1", "live")).expect("made").id;
        for table in ["stripe_charges", "stripe_customers"] {
            let fill = format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                 INSERT INTO {table} (account, id, data, as_of) SELECT {account}, 'x_' || i, '{{}}', 0 FROM n"
            );
            store.query_text(&fill).expect("fills");
        }
        let begun = format!(
            "INSERT INTO walks (account, resource, pass, began_s) VALUES ({account}, {}, '', 0)",
            store.resource_number("stripe_charges").expect("a number")
        );
        store.query_text(&begun).expect("begins");
        assert_eq!(rows_of(&store, account).expect("counts"), 1001);
        let cancel = Cancel::default();
        let mut so_far = 0;
        let stopping = &mut |gone| {
            so_far += gone;
            if gone > 0 {
                cancel.set(15);
            }
        };
        let (deleted, is_done) = remove(&store, account, Leaving::Nothing, &cancel, stopping).expect("removes");
        assert!((1..=500).contains(&deleted) && !is_done && so_far == deleted, "{deleted}");
        assert_eq!(rows_of(&store, account).expect("counts"), 1000 - deleted);
        assert_eq!(store.query_text("SELECT count(*) FROM accounts").expect("a count"), [["1"]]);
        // Whoever wants it back now has it read from the beginning: what is left of it is no whole.
        assert!(store.is_shut(account).expect("from the first part on"));
        assert_eq!(store.query_text("SELECT count(*) FROM walks").expect("a count"), [["0"]]);
        let finish = |leaving| remove(&store, account, leaving, &Cancel::default(), &mut |_| {}).expect("removes");
        assert_eq!(finish(Leaving::Mark), (1000 - deleted, true));
        assert!(store.is_shut(account).expect("a mark is left"));
        assert_eq!(finish(Leaving::Nothing), (0, true));
        assert_eq!(store.query_text("SELECT count(*) FROM accounts").expect("a count"), [["0"]]);
    }
}
