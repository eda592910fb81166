//! What a resource is: one entry of a provider's table says how to list it, which columns it has, where its rows hide.
//!
//! Everything that the engine, the store and the receiver do for an object they read from here; none of them
//! branches on a resource's name.

/// Which service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// Stripe.
    Stripe,
    /// Fatture in Cloud.
    Fic,
}

impl Provider {
    /// Returns the name used in tables, on the command line and in the file: `stripe`, `fic`.
    pub fn name(self) -> &'static str {
        match self {
            Provider::Stripe => "stripe",
            Provider::Fic => "fic",
        }
    }
}

/// How JSON becomes a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text as sent; numbers keep their digits, so ids that are numbers on the wire stay exact.
    Text,
    /// A reference: the text, or the `id` of an expanded object. Indexed.
    Ref,
    /// A whole number.
    Int,
    /// Integer minor units of the row's currency.
    Minor,
    /// An exact decimal as TEXT: the number's or string's own digits.
    Decimal,
    /// 0 or 1.
    Bool,
    /// Unix seconds, UTC.
    Time,
    /// `YYYY-MM-DD`, as sent.
    Date,
    /// Unix seconds derived from a zoneless `YYYY-MM-DD HH:MM:SS` read as Europe/Rome.
    RomeTime,
    /// The raw JSON text of the value.
    Json,
}

/// What to do when a path with `*` gives several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The first non-null one.
    First,
    /// The smallest integer.
    Min,
    /// The largest integer.
    Max,
    /// The sum of integers; null when there is none.
    Sum,
    /// How many non-null ones.
    Count,
}

/// One typed column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// SQL name.
    pub name: &'static str,
    /// How to read it.
    pub kind: Kind,
    /// JSON pointers separated by `|`, first non-null wins: new API shape first, then old ones.
    /// A segment `*` stands for every element of an array.
    pub from: &'static str,
    /// What to do with several values.
    pub pick: Pick,
}

impl Column {
    const fn new(name: &'static str, kind: Kind, from: &'static str) -> Column {
        Column { name, kind, from, pick: Pick::First }
    }
    /// Takes the smallest of several integers.
    pub const fn min(mut self) -> Column {
        self.pick = Pick::Min;
        self
    }
    /// Takes the largest of several integers.
    pub const fn max(mut self) -> Column {
        self.pick = Pick::Max;
        self
    }
    /// Adds several integers.
    pub const fn sum(mut self) -> Column {
        self.pick = Pick::Sum;
        self
    }
    /// Counts the values that are not null.
    pub const fn count(mut self) -> Column {
        self.pick = Pick::Count;
        self
    }
}

/// A text column.
pub const fn text(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::Text, from)
}
/// A reference column (indexed).
pub const fn refer(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::Ref, from)
}
/// An integer column.
pub const fn int(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::Int, from)
}
/// A column of minor units.
pub const fn minor(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::Minor, from)
}
/// An exact decimal column.
pub const fn decimal(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::Decimal, from)
}
/// A 0/1 column.
pub const fn boolean(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::Bool, from)
}
/// A column of unix seconds.
pub const fn time(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::Time, from)
}
/// A `YYYY-MM-DD` column.
pub const fn date(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::Date, from)
}
/// Unix seconds derived from Italian local time.
pub const fn rome_time(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::RomeTime, from)
}
/// A column with raw JSON.
pub const fn json(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Kind::Json, from)
}

/// How the service lists a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Newest first by cursor, with a `created` filter: can be cut into time slices.
    Sliced(&'static str),
    /// Newest first by cursor, no `created` filter: one walk.
    Cursor(&'static str),
    /// The whole list in one answer.
    Once(&'static str),
    /// One list for each parent row. `{parent}` in the path stands for the parent's id.
    Under {
        /// The parent resource's name.
        parent: &'static str,
        /// Path template, with the query where the parent goes there: `/v1/subscription_items?subscription={parent}`.
        path: &'static str,
    },
    /// Page numbers (`page`, `per_page`), Fatture in Cloud.
    Pages(&'static str),
    /// A required date range, unpaged, silently capped (Fatture in Cloud's cashbook).
    DateRange(&'static str),
    /// No list: rows come out of parents, events or GETs only. The text says why.
    Unlisted(&'static str),
}

/// Where a child's rows stand inside its parent's JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inline {
    /// The parent resource's name.
    pub parent: &'static str,
    /// JSON pointer in the parent to a list envelope (`{data, has_more}`) or a plain array: `/lines`, `/items_list`.
    pub at: &'static str,
    /// Whether the parent's list request must expand it for it to be there.
    pub expand: bool,
}

/// How a resource without events is kept up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll {
    /// Events tell.
    ByEvent,
    /// One list request in every run.
    EachRun,
    /// Once a day when in use.
    Daily,
    /// Follows its parents.
    WithParent,
}

/// One resource: a row of a provider's table.
#[derive(Debug, Clone, Copy)]
pub struct Resource {
    /// Which service.
    pub provider: Provider,
    /// Name on the command line and in the table name (`stripe_` + name).
    pub name: &'static str,
    /// The JSON `object` values that belong here (`customer`); empty where the service has none.
    pub objects: &'static [&'static str],
    /// How to list it.
    pub list: List,
    /// Path template of the single GET, with `{id}` (and `{parent}`), or empty.
    pub get: &'static str,
    /// Whether the list has no pages and refuses `limit`.
    pub unpaged: bool,
    /// Typed columns besides the fixed ones.
    pub columns: &'static [Column],
    /// Where its rows stand in parents' JSON, if they do.
    pub inline: &'static [Inline],
    /// JSON pointer to the parent's id inside a child's own JSON, for children that arrive by event or top-level list.
    pub owner: &'static str,
    /// For children that stand in several resources: each of them, and the JSON pointer in the child to its id there.
    /// An event about the child concerns every one that it names; empty means its parent, by `owner`.
    pub owners: &'static [(&'static str, &'static str)],
    /// For a list under each parent without events: JSON pointer in the parent whose change tells that the list changed.
    pub hint: &'static str,
    /// Fields to expand, without `data.`; their presence means an event's payload never suffices.
    pub expand: &'static [&'static str],
    /// Query strings, each a full pass of its own; the union is the list. Empty means one plain pass.
    pub passes: &'static [&'static str],
    /// JSON pointers removed before anything is stored.
    pub secret: &'static [&'static str],
    /// JSON pointers that differ on every read, ignored when comparing.
    pub volatile: &'static [&'static str],
    /// Prefixes of event types that carry it (`customer.subscription.`), longest match first wins; informative, dispatch is by `object`.
    pub events: &'static [&'static str],
    /// Event types that say that the object is gone.
    pub gone: &'static [&'static str],
    /// How it is kept up to date where events do not.
    pub poll: Poll,
    /// Whether its list hides rows, so that absence proves nothing and only a GET decides.
    pub hides_rows: bool,
    /// Whether the list leaves out objects on a test clock unless `test_clock=` is given.
    pub hides_test_clocks: bool,
    /// Values of `/status` after which nothing changes; used to break ties offline.
    pub terminal: &'static [&'static str],
    /// A product that an ordinary account may lack (`issuing`): a refusal then means "not available".
    pub product: &'static str,
    /// Whether it is asked for with an account's own key alone, and not on behalf of accounts that are connected to it.
    pub platform_only: bool,
}

impl Resource {
    /// A blank entry to override with `..Resource::BLANK`.
    pub const BLANK: Resource = Resource {
        provider: Provider::Stripe,
        name: "",
        objects: &[],
        list: List::Unlisted(""),
        get: "",
        unpaged: false,
        columns: &[],
        inline: &[],
        owner: "",
        owners: &[],
        hint: "",
        expand: &[],
        passes: &[],
        secret: &[],
        volatile: &[],
        events: &[],
        gone: &[],
        poll: Poll::ByEvent,
        hides_rows: false,
        hides_test_clocks: false,
        terminal: &[],
        product: "",
        platform_only: false,
    };

    /// Returns the SQL table's name.
    pub fn table(&self) -> String {
        format!("{}_{}", self.provider.name(), self.name)
    }

    /// Returns whether rows are keyed by (account, parent_id, id) and replaced as a set under their parent.
    pub fn is_child(&self) -> bool {
        !self.inline.is_empty() || matches!(self.list, List::Under { .. })
    }

    /// Returns the parent resource's name, for children.
    pub fn parent(&self) -> Option<&'static str> {
        match (self.inline.first(), self.list) {
            (Some(inline), _) => Some(inline.parent),
            (None, List::Under { parent, .. }) => Some(parent),
            _ => None,
        }
    }
}
