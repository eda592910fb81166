//! Takes accounts out of the file, in short transactions beside whoever else writes. What was not yet deleted when it ends
//! early, the next run deletes: the account itself goes last.

use std::time::{Duration, Instant};

use super::Error;
use super::turns::Turns;
use crate::model::cancel::Cancel;
use crate::store::{HeldIn, Store};

/// Rows in a transaction: few at first, then as many as take about [`PART_TIME`].
const PART_MIN: usize = 16;
const PART_MAX: usize = 4096;
/// A part that took longer is followed by a smaller one; one that took less than half, by a larger one.
const PART_TIME: Duration = Duration::from_millis(20);

/// Returns how many rows an account has in all tables that name it.
///
/// # Errors
/// SQLite's.
pub fn rows_of(store: &Store, account: i64) -> Result<u64, Error> {
    let tables = store.tables_of_accounts()?;
    tables.iter().try_fold(0, |sum, table| Ok(sum + store.rows_held(table, account)?))
}

/// Deletes all rows of an account, and then itself; returns how many rows went, and whether all did. `told` hears of each
/// part.
///
/// # Errors
/// What keeps the file from being written; what went before is gone.
pub fn remove(store: &Store, account: i64, cancel: &Cancel, told: &mut dyn FnMut(u64)) -> Result<(u64, bool), Error> {
    let (tables, mut turns, mut deleted, mut part) = (store.tables_of_accounts()?, Turns::new(store), 0, PART_MIN);
    for table in &tables {
        loop {
            if cancel.is_set() {
                return Ok((deleted, false));
            }
            let began = Instant::now();
            let gone = store.at_once(|| {
                turns.begin();
                store.delete_held(table, account, part)
            })?;
            turns.end();
            deleted += gone as u64;
            told(gone as u64);
            if gone < part {
                break;
            }
            part = next_part(part, began.elapsed());
        }
    }
    // A receiver beside may have put some there meanwhile: these go together with the account.
    let late = store.at_once(|| {
        let late = tables.iter().try_fold(0, |sum, table: &HeldIn| {
            Ok::<_, Error>(sum + store.delete_held(table, account, PART_MAX)? as u64)
        })?;
        store.delete_account(account)?;
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
    use crate::store::NewAccount;

    #[test]
    fn a_part_grows_while_it_is_quick_and_shrinks_when_it_is_not() {
        let ms = Duration::from_millis;
        let after = |took: &[u64]| took.iter().fold(PART_MIN, |part, took| next_part(part, ms(*took)));
        assert_eq!(after(&[1, 1, 1]), PART_MIN * 8);
        assert_eq!(after(&[1, 1, 15]), PART_MIN * 4);
        assert_eq!(after(&[1, 1, 30]), PART_MIN * 2);
        assert_eq!(after(&[1; 30]), PART_MAX);
        assert_eq!(after(&[30; 30]), PART_MIN);
    }

    #[test]
    fn what_was_interrupted_goes_on_and_the_account_goes_last() {
        let store = Store::in_memory().expect("opens");
        let account = store.account(&NewAccount::opened("stripe", "acct_1", "live")).expect("made").id;
        let fill = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
             INSERT INTO stripe_charges (account, id, data, as_of) SELECT {account}, 'ch_' || i, '{{}}', 0 FROM n"
        );
        store.query_text(&fill).expect("fills");
        assert_eq!(rows_of(&store, account).expect("counts"), 1000);
        let cancel = Cancel::default();
        let mut so_far = 0;
        let (deleted, is_done) = remove(&store, account, &cancel, &mut |gone| {
            so_far += gone;
            if so_far >= 100 {
                cancel.set(15);
            }
        })
        .expect("removes");
        assert!((100..1000).contains(&deleted) && !is_done && so_far == deleted, "{deleted}");
        assert_eq!(rows_of(&store, account).expect("counts"), 1000 - deleted);
        assert_eq!(store.query_text("SELECT count(*) FROM accounts").expect("a count"), [["1"]]);
        let rest = remove(&store, account, &Cancel::default(), &mut |_| {}).expect("removes");
        assert_eq!(rest, (1000 - deleted, true));
        assert_eq!(store.query_text("SELECT count(*) FROM accounts").expect("a count"), [["0"]]);
    }
}
