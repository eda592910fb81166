//! What is still to fetch: single objects and lists under parents. Kept in the file, so that an interruption loses none.

use rusqlite::params;

use super::Store;
use super::error::Error;
use super::removed::PLATFORM_REMOVED;

/// Entries that are queued in one transaction.
const FOUND_MAX: usize = 1000;

/// A list shows what was there so long before it was asked for, seconds: only what was known by then and is missing is gone.
pub const LISTED_AFTER_S: i64 = 1;

/// More of what waits is not counted.
const DUE_COUNTED_MAX: u32 = 100_000;

/// Whose queues are meant: what one credential opens.
#[derive(Debug, Clone)]
pub struct Whose {
    /// `stripe`, `fic`.
    pub provider: &'static str,
    /// `live`, `test`.
    pub mode: &'static str,
    /// One account of it.
    pub remote_id: Option<String>,
}

/// One object to GET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Resource number in this file.
    pub resource: i64,
    /// The object's id.
    pub id: String,
    /// A GET sent from this second on settles it.
    pub not_before_s: i64,
    /// Runs in which it could not be read.
    pub tries: i64,
}

/// One list under a parent to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fanout {
    /// The child's resource number in this file.
    pub resource: i64,
    /// The parent's id.
    pub parent_id: String,
    /// How often it was asked for: a reading satisfies no wish that came after it began.
    pub asked: i64,
    /// Runs in which it could not be read.
    pub tries: i64,
}

/// A place in a queue; the default is before its start. What failed least often comes first, so that every entry gets its
/// turn whatever fails before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Runs in which the entry failed.
    pub tries: i64,
    /// Resource number in this file.
    pub resource: i64,
    /// The object's id, or the parent's.
    pub id: String,
}

/// Behind every id.
const AFTER_ALL: &str = "\u{10ffff}";

impl Turn {
    /// Returns the place behind every entry of the same kind that failed as often.
    pub fn after_its_kind(&self) -> Turn {
        Turn { id: AFTER_ALL.to_owned(), ..self.clone() }
    }
}

impl Fetch {
    /// Returns its place in the queue.
    pub fn turn(&self) -> Turn {
        Turn { tries: self.tries, resource: self.resource, id: self.id.clone() }
    }
}

impl Fanout {
    /// Returns its place in the queue.
    pub fn turn(&self) -> Turn {
        Turn { tries: self.tries, resource: self.resource, id: self.parent_id.clone() }
    }
}

impl Store {
    /// Queues the reading of a list under a parent.
    ///
    /// # Errors
    /// SQLite's.
    pub fn queue_fanout(&self, account: i64, resource: i64, parent_id: &str) -> Result<(), Error> {
        self.at_once(|| {
            let mut statement = self
                .conn
                .prepare_cached(
                    "INSERT INTO fanouts (account, resource, parent_id) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET asked = asked + 1",
                )
                .map_err(|e| self.sql(e))?;
            statement.execute(params![account, resource, parent_id]).map(drop).map_err(|e| self.sql(e))
        })
    }

    /// Queues a GET; of several reasons the latest second counts.
    ///
    /// # Errors
    /// SQLite's.
    pub fn queue_fetch(
        &self,
        account: i64,
        resource: i64,
        id: &str,
        not_before_s: i64,
        reason: &str,
    ) -> Result<(), Error> {
        self.at_once(|| {
            let mut statement = self
                .conn
                .prepare_cached(
                    "INSERT INTO fetches (account, resource, id, not_before_s, reason) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET not_before_s = max(not_before_s, excluded.not_before_s),
                   reason = CASE excluded.reason WHEN 'held' THEN 'held' ELSE reason END",
                )
                .map_err(|e| self.sql(e))?;
            statement.execute(params![account, resource, id, not_before_s, reason]).map(drop).map_err(|e| self.sql(e))
        })
    }

    /// Returns whether a GET of an object is queued.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_queued(&self, account: i64, resource: i64, id: &str) -> Result<bool, Error> {
        self.conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM fetches WHERE account=?1 AND resource=?2 AND id=?3)")
            .and_then(|mut statement| statement.query_row(params![account, resource, id], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }

    /// Returns whether a GET of an object is queued that may not be sent before a later second than this.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_queued_after(&self, account: i64, resource: i64, id: &str, sent_s: i64) -> Result<bool, Error> {
        self.conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM fetches WHERE account=?1 AND resource=?2 AND id=?3 AND not_before_s>?4)",
            )
            .and_then(|mut statement| statement.query_row(params![account, resource, id, sent_s], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }

    /// Returns whether objects of a resource wait for their lists, and stand in the queue in their place.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_held(&self, account: i64, resource: i64) -> Result<bool, Error> {
        self.conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM fetches WHERE account=?1 AND resource=?2 AND reason='held')")
            .and_then(|mut statement| statement.query_row(params![account, resource], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }

    /// Returns queued GETs after the given place, in the queue's order.
    ///
    /// # Errors
    /// SQLite's.
    pub fn fetches(&self, account: i64, after: &Turn, most: usize) -> Result<Vec<Fetch>, Error> {
        self.queued("fetches", "id, not_before_s", account, after, most, |row| {
            Ok(Fetch { tries: row.get(0)?, resource: row.get(1)?, id: row.get(2)?, not_before_s: row.get(3)? })
        })
    }

    /// Notes that a GET could not be done: it waits behind those that failed less often.
    ///
    /// # Errors
    /// SQLite's.
    pub fn fetch_failed(&self, account: i64, resource: i64, id: &str) -> Result<(), Error> {
        self.at_once(|| {
            self.conn
                .prepare_cached("UPDATE fetches SET tries=tries+1 WHERE account=?1 AND resource=?2 AND id=?3")
                .and_then(|mut s| s.execute(params![account, resource, id]))
                .map(drop)
                .map_err(|e| self.sql(e))
        })
    }

    /// Reads a part of a queue: what never failed by its key, then the others by an index that holds only them.
    fn queued<T>(
        &self,
        table: &str,
        columns: &str,
        account: i64,
        after: &Turn,
        most: usize,
        read: fn(&rusqlite::Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let sql = |e| self.sql(e);
        let id = columns.split(',').next().unwrap_or_default();
        for (is_wanted, condition, order) in [
            (after.tries == 0, format!("tries=0 AND ?2=0 AND (resource, {id}) > (?3, ?4)"), format!("resource, {id}")),
            (true, format!("tries>0 AND (tries, resource, {id}) > (?2, ?3, ?4)"), format!("tries, resource, {id}")),
        ] {
            if !is_wanted {
                continue;
            }
            let text = format!(
                "SELECT tries, resource, {columns} FROM {table} WHERE account=?1 AND {condition} ORDER BY {order} LIMIT ?5"
            );
            let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
            let bound = params![account, after.tries, after.resource, after.id, most as i64];
            let rows = statement.query_map(bound, read).map_err(sql)?.collect::<Result<Vec<_>, _>>().map_err(sql)?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }

    /// Takes a GET off the queue, unless it was queued again for a later second than it was sent at.
    ///
    /// # Errors
    /// SQLite's.
    pub fn end_fetch(&self, account: i64, resource: i64, id: &str, sent_s: i64) -> Result<(), Error> {
        self.at_once(|| {
            let mut statement = self
                .conn
                .prepare_cached("DELETE FROM fetches WHERE account=?1 AND resource=?2 AND id=?3 AND not_before_s<=?4")
                .map_err(|e| self.sql(e))?;
            statement.execute(params![account, resource, id, sent_s]).map(drop).map_err(|e| self.sql(e))
        })
    }

    /// Returns queued lists after the given place, in the queue's order.
    ///
    /// # Errors
    /// SQLite's.
    pub fn fanouts(&self, account: i64, after: &Turn, most: usize) -> Result<Vec<Fanout>, Error> {
        self.queued("fanouts", "parent_id, asked", account, after, most, |row| {
            Ok(Fanout { tries: row.get(0)?, resource: row.get(1)?, parent_id: row.get(2)?, asked: row.get(3)? })
        })
    }

    /// Notes that a list could not be read: it waits behind those that failed less often.
    ///
    /// # Errors
    /// SQLite's.
    pub fn fanout_failed(&self, account: i64, fanout: &Fanout) -> Result<(), Error> {
        self.at_once(|| {
            self.conn
                .prepare_cached("UPDATE fanouts SET tries=tries+1 WHERE account=?1 AND resource=?2 AND parent_id=?3")
                .and_then(|mut s| s.execute(params![account, fanout.resource, fanout.parent_id]))
                .map(drop)
                .map_err(|e| self.sql(e))
        })
    }

    /// Returns how many objects and lists wait to be asked for at `now_s`, of accounts of a service in one mode that
    /// somebody has read with a credential; of `remote_id` alone where it is given. `tries` is 0 for what did not fail yet,
    /// more for what did, too.
    ///
    /// # Errors
    /// SQLite's.
    pub fn due(&self, whose: &Whose, now_s: i64, tries_max: i64) -> Result<u64, Error> {
        let of_it = format!(
            "JOIN accounts ON accounts.id = account WHERE provider=?1 AND mode=?2 AND opened IS NOT NULL
                             AND status='active' AND NOT {PLATFORM_REMOVED} AND (?3 IS NULL OR remote_id=?3) AND tries<=?5"
        );
        let sql = format!(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM fetches {of_it} AND not_before_s<=?4 LIMIT {DUE_COUNTED_MAX}))
                  + (SELECT count(*) FROM (SELECT 1 FROM fanouts {of_it} AND ?4=?4 LIMIT {DUE_COUNTED_MAX}))"
        );
        let bound = params![whose.provider, whose.mode, whose.remote_id, now_s, tries_max];
        let mut statement = self.conn.prepare_cached(&sql).map_err(|e| self.sql(e))?;
        statement.query_row(bound, |row| row.get::<_, i64>(0)).map(i64::unsigned_abs).map_err(|e| self.sql(e))
    }

    /// Returns how many GETs of each resource wait that did not fail yet, by the resource's number.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waiting_fetches(&self, account: i64) -> Result<Vec<(i64, u64)>, Error> {
        let sql = |e| self.sql(e);
        let text = "SELECT resource, count(*) FROM fetches WHERE account=?1 AND tries=0 GROUP BY resource";
        let mut statement = self.conn.prepare_cached(text).map_err(sql)?;
        let rows = statement
            .query_map([account], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the companies or accounts of a service in one mode for which something waits to be asked for, and that
    /// this credential reads: their own ids and their names.
    ///
    /// # Errors
    /// SQLite's.
    pub fn accounts_waiting(
        &self,
        provider: &str,
        mode: &str,
        credential: Option<&str>,
    ) -> Result<Vec<(String, String)>, Error> {
        let sql = |e| self.sql(e);
        let text = format!("SELECT remote_id, coalesce(name, '') FROM accounts WHERE provider=?1 AND mode=?2 AND credential IS ?3
                    AND opened IS NOT NULL AND status='active' AND NOT {PLATFORM_REMOVED} AND EXISTS (SELECT 1 FROM fetches WHERE account=accounts.id) ORDER BY id");
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        let rows = statement.query_map(params![provider, mode, credential], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.map_err(sql)?.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns how many lists of this resource wait under parents.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waiting_lists(&self, account: i64, resource: i64) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM fanouts WHERE account=?1 AND resource=?2";
        let count = self.conn.query_row(sql, params![account, resource], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(|e| self.sql(e))
    }

    /// Takes a list off the queue; returns whether it stood there as it was given, not asked for again since.
    ///
    /// # Errors
    /// SQLite's.
    pub fn end_fanout(&self, account: i64, fanout: &Fanout) -> Result<bool, Error> {
        self.at_once(|| {
            let mut statement = self
                .conn
                .prepare_cached("DELETE FROM fanouts WHERE account=?1 AND resource=?2 AND parent_id=?3 AND asked=?4")
                .map_err(|e| self.sql(e))?;
            let ended = statement.execute(params![account, fanout.resource, fanout.parent_id, fanout.asked]);
            ended.map(|ended| ended == 1).map_err(|e| self.sql(e))
        })
    }

    /// Returns whether a list still stands in the queue as it was given.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_asked(&self, account: i64, fanout: &Fanout) -> Result<bool, Error> {
        self.conn
            .prepare_cached("SELECT 1 FROM fanouts WHERE account=?1 AND resource=?2 AND parent_id=?3 AND asked=?4")
            .and_then(|mut s| s.exists(params![account, fanout.resource, fanout.parent_id, fanout.asked]))
            .map_err(|e| self.sql(e))
    }

    /// Takes a list off the queue, however often it was asked for: its parent showed it whole.
    ///
    /// # Errors
    /// SQLite's.
    pub fn drop_fanout(&self, account: i64, resource: i64, parent_id: &str) -> Result<(), Error> {
        self.conn
            .prepare_cached("DELETE FROM fanouts WHERE account=?1 AND resource=?2 AND parent_id=?3")
            .and_then(|mut s| s.execute(params![account, resource, parent_id]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Returns how many GETs of a resource are due at `now_s`, the oldest `created` among their rows, and how many rows
    /// are as young as that. The table must have a `created` column.
    ///
    /// # Errors
    /// SQLite's.
    pub fn due_among(
        &self,
        account: i64,
        resource: i64,
        table: &str,
        now_s: i64,
    ) -> Result<(u64, Option<i64>, u64), Error> {
        let sql = |e| self.sql(e);
        let due = "SELECT id FROM fetches WHERE account=?1 AND resource=?2 AND not_before_s<=?3";
        let count = |text: &str| {
            let bound = params![account, resource, now_s];
            self.conn.query_row(text, bound, |row| row.get::<_, Option<i64>>(0)).map_err(sql)
        };
        let changed = count(&format!("SELECT count(*) FROM ({due})"))?.unwrap_or(0).unsigned_abs();
        let from_s = count(&format!("SELECT min(created) FROM {table} WHERE account=?1 AND id IN ({due})"))?;
        let Some(oldest_s) = from_s else { return Ok((changed, None, 0)) };
        let listed = self
            .conn
            .query_row(
                &format!("SELECT count(*) FROM {table} WHERE account=?1 AND created>=?2"),
                params![account, oldest_s],
                |row| row.get::<_, i64>(0),
            )
            .map_err(sql)?;
        Ok((changed, from_s, listed.unsigned_abs()))
    }

    /// Queues a GET for every living row that a walk begun at `began_s` should have shown and did not; so many at a time
    /// that nobody waits long for the file. Not to be called in an open transaction.
    ///
    /// # Errors
    /// SQLite's.
    pub fn queue_missing(&self, account: i64, resource: i64, table: &str, began_s: i64) -> Result<(), Error> {
        // By the account's own index, whose order it keeps: others' rows are not read, and nothing is read twice.
        let text = format!(
            "SELECT t.id FROM {table} t CROSS JOIN row_states s ON s.resource=?2 AND s.row_id=t.row_id
             WHERE t.account=?1 AND t.id > ?4 AND t.deleted_at IS NULL AND s.until_s < ?3 - {LISTED_AFTER_S}
             ORDER BY t.id LIMIT ?5"
        );
        self.queue_found((account, resource), &text, began_s, "missing")
    }

    /// Queues the ids that a statement finds after `?4`, or that are not queued yet, in transactions of some each; they are
    /// looked for without the write lock.
    fn queue_found(
        &self,
        (account, resource): (i64, i64),
        text: &str,
        not_before_s: i64,
        reason: &str,
    ) -> Result<(), Error> {
        let sql = |e| self.sql(e);
        let mut after = String::new();
        loop {
            let mut statement = self.conn.prepare_cached(text).map_err(sql)?;
            let bound = params![account, resource, not_before_s, after, FOUND_MAX as i64];
            let rows = statement.query_map(bound, |row| row.get::<_, String>(0)).map_err(sql)?;
            let found = rows.collect::<Result<Vec<_>, _>>().map_err(sql)?;
            if !found.is_empty() {
                self.at_once(|| {
                    found.iter().try_for_each(|id| self.queue_unless(account, resource, id, not_before_s, reason))
                })?;
            }
            let is_all = found.len() < FOUND_MAX;
            match found.into_iter().last().filter(|_| !is_all) {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    /// Queues a GET unless there is one already.
    fn queue_unless(
        &self,
        account: i64,
        resource: i64,
        id: &str,
        not_before_s: i64,
        reason: &str,
    ) -> Result<(), Error> {
        self.at_once(|| {
            self.conn
                .prepare_cached(
                    "INSERT INTO fetches (account, resource, id, not_before_s, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                )
                .and_then(|mut s| s.execute(params![account, resource, id, not_before_s, reason]))
                .map(drop)
                .map_err(|e| self.sql(e))
        })
    }

    /// Buries every living row that a walk begun at `began_s` should have shown and did not.
    ///
    /// # Errors
    /// SQLite's.
    pub fn bury_missing(&self, account: i64, resource: i64, table: &str, began_s: i64) -> Result<u64, Error> {
        let sql = format!(
            "UPDATE {table} SET deleted_at=?3 WHERE account=?1 AND deleted_at IS NULL AND row_id IN
               (SELECT row_id FROM row_states WHERE resource=?2 AND until_s < ?3 - {LISTED_AFTER_S})"
        );
        self.conn.execute(&sql, params![account, resource, began_s]).map(|n| n as u64).map_err(|e| self.sql(e))
    }

    /// Queues a GET for every id that a column names and the table it names has no row for, as [`Store::queue_missing`]
    /// does.
    ///
    /// # Errors
    /// SQLite's.
    pub fn queue_referenced(
        &self,
        account: i64,
        (from_table, column): (&str, &str),
        (to, to_table): (i64, &str),
    ) -> Result<(), Error> {
        self.at_once(|| {
            let text = format!(
                "SELECT DISTINCT f.{column} FROM {from_table} f
             WHERE f.account=?1 AND f.{column} IS NOT NULL AND f.deleted_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM {to_table} t WHERE t.account=?1 AND t.id=f.{column})
               AND NOT EXISTS (SELECT 1 FROM fetches q WHERE q.account=?1 AND q.resource=?2 AND q.id=f.{column})
               AND ?3 = 0 AND ?4 = ?4 LIMIT ?5"
            );
            self.queue_found((account, to), &text, 0, "referenced")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NewAccount;

    fn account(store: &Store) -> i64 {
        let remote_id = "acct_1".to_owned();
        let new = NewAccount::named("stripe", remote_id, "test");
        store.account(&new).expect("an account").id
    }

    /// Works a queue off, two entries at a time, and returns the ids in the order of their turns.
    fn turns<T>(part: impl Fn(&Turn) -> Result<Vec<T>, Error>, turn: impl Fn(&T) -> Turn) -> Vec<(i64, String)> {
        let (mut after, mut all) = (Turn::default(), Vec::new());
        loop {
            let found = part(&after).expect("reads");
            let Some(last) = found.last() else { return all };
            after = turn(last);
            all.extend(found.iter().map(|it| (turn(it).resource, turn(it).id)));
        }
    }

    #[test]
    fn what_failed_waits_behind_what_failed_less_often() {
        let store = Store::in_memory().expect("opens");
        let account = account(&store);
        let number = store.resource_number("stripe_customers").expect("a number");
        let other = store.resource_number("stripe_products").expect("a number");
        for id in ["a", "b", "c", "d", "e"] {
            store.queue_fetch(account, number, id, 0, "event").expect("queues");
            store.queue_fanout(account, number, id).expect("queues");
        }
        store.queue_fetch(account, other, "z", 0, "event").expect("queues");
        store.queue_fanout(account, other, "z").expect("queues");
        let all = store.fanouts(account, &Turn::default(), 9).expect("reads");
        for id in ["a", "a", "c"] {
            store.fetch_failed(account, number, id).expect("notes");
            let fanout = all.iter().find(|it| it.parent_id == id).expect("is queued");
            store.fanout_failed(account, fanout).expect("notes");
        }
        let mut wanted = vec![(number, "b"), (number, "d"), (number, "e"), (other, "z")];
        wanted.sort_unstable();
        wanted.extend([(number, "c"), (number, "a")]);
        let wanted: Vec<_> = wanted.into_iter().map(|(number, id)| (number, id.to_owned())).collect();
        assert_eq!(turns(|after| store.fetches(account, after, 2), Fetch::turn), wanted);
        assert_eq!(turns(|after| store.fanouts(account, after, 2), Fanout::turn), wanted);
        let behind = Turn { resource: number, ..Turn::default() }.after_its_kind();
        let rest = store.fetches(account, &behind, 9).expect("reads");
        assert!(rest.iter().all(|fetch| fetch.resource != number || fetch.tries > 0), "{rest:?}");
    }

    #[test]
    fn thousands_of_missing_and_referenced_objects_are_queued_once_each() {
        let store = Store::in_memory().expect("opens");
        let account = account(&store);
        let number = |table: &str| store.resource_number(table).expect("a number");
        let (customers, products) = (number("stripe_customers"), number("stripe_products"));
        let conn = &store.conn;
        let some = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM n WHERE n<2500)";
        conn.execute_batch(&format!(
            "{some} INSERT INTO stripe_customers (account, id, data, as_of)
             SELECT {account}, 'cus_' || n, '{{}}', 0 FROM n;
             INSERT INTO row_states SELECT {customers}, row_id, 0, 100 + (row_id % 2) * 100, NULL FROM stripe_customers;
             {some} INSERT INTO stripe_prices (account, id, data, as_of, product_id)
             SELECT {account}, 'price_' || n, '{{}}', 0, 'prod_' || (n % 1200) FROM n;
             INSERT INTO stripe_products (account, id, data, as_of) VALUES ({account}, 'prod_7', '{{}}', 0)"
        ))
        .expect("rows");
        store.queue_missing(account, customers, "stripe_customers", 150).expect("queues");
        store
            .queue_referenced(account, ("stripe_prices", "product_id"), (products, "stripe_products"))
            .expect("queues");
        let queued = |number: i64| {
            let all = turns(|after| store.fetches(account, after, 900), Fetch::turn);
            all.iter().filter(|(resource, _)| *resource == number).count()
        };
        assert_eq!((queued(customers), queued(products)), (1250, 1199));
    }

    #[test]
    fn the_failed_ones_are_found_by_an_index() {
        let store = Store::in_memory().expect("opens");
        let plan = store
            .query_text(
                "EXPLAIN QUERY PLAN SELECT tries, resource, id, not_before_s FROM fetches
                 WHERE account=1 AND tries>0 AND (tries, resource, id) > (0, 0, '') ORDER BY tries, resource, id",
            )
            .expect("plans");
        assert!(plan.len() == 1 && plan[0][3].contains("fetches_tried"), "{plan:?}");
    }
}
