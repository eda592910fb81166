//! Rows as plain data, between extraction and the store.

use super::cell::Unheld;
use super::resource::Resource;

/// One SQL value. There are no floats here: money never touches one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// NULL.
    Null,
    /// INTEGER.
    Int(i64),
    /// TEXT.
    Text(String),
}

/// One row of a resource table: the typed columns in the order of the table entry, and the JSON.
#[derive(Debug, Clone)]
pub struct Row {
    /// The service's id; empty for a child without one.
    pub id: String,
    /// For children: the id of the object they stand in.
    pub parent_id: Option<String>,
    /// For children: their place in the list, from 0.
    pub position: i64,
    /// Typed columns.
    pub cells: Vec<Cell>,
    /// What the typed columns cannot hold, and are empty for.
    pub unheld: Vec<Unheld>,
    /// Compact JSON, secrets removed.
    pub data: String,
    /// For children: the lists inside them that have tables of their own, such as the discounts of an invoice's line.
    pub nested: Vec<ChildSet>,
}

/// All rows of one child resource under one parent.
#[derive(Debug, Clone)]
pub struct ChildSet {
    /// The child resource.
    pub resource: &'static Resource,
    /// Its rows, in order.
    pub rows: Vec<Row>,
    /// Whether the list was whole (`has_more` false).
    pub complete: bool,
}

/// One object as the service showed it, ready to be applied.
#[derive(Debug, Clone)]
pub struct Object {
    /// What it is.
    pub resource: &'static Resource,
    /// Its own row.
    pub row: Row,
    /// The lists inside it that have tables of their own.
    pub children: Vec<ChildSet>,
    /// Whether it is a deleted stub (`deleted: true`).
    pub gone: bool,
    /// `created` in unix seconds, where it has one.
    pub created_s: Option<i64>,
}
