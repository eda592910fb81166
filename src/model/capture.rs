//! One pass over an object's text: slices of what a tree of keys names, the rest is skipped.
//!
//! No `Value` is built: that would cost more than the insert.

use std::cmp::Ordering;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::cell::{integer, read};
use super::resource::{Column, Pick};
use super::row::Cell;

/// The keys that a resource's columns ask for. Each pointer has a slot, numbered as they were named.
#[derive(Default)]
pub struct Tree {
    root: Node,
    /// Of each slot, whether its pointer goes through all elements of an array.
    slots: Vec<bool>,
}

impl Tree {
    /// Returns the slot of a pointer, which from now on is captured: `/customer`, `/items/data/*/amount`.
    pub fn slot(&mut self, pointer: &'static str) -> usize {
        let mut node = &mut self.root;
        for key in pointer.split('/').skip(1) {
            node = node.child(key);
        }
        *node.take.get_or_insert_with(|| {
            self.slots.push(pointer.contains("/*"));
            self.slots.len() - 1
        })
    }

    /// Reads an object's text once, and keeps slices of what is asked for.
    ///
    /// # Errors
    /// The reader's, where the text is no JSON.
    pub fn capture<'a>(&self, data: &'a str) -> Result<Captured<'a>, serde_json::Error> {
        let mut captured = Captured { one: vec![None; self.slots.len()], many: Vec::new() };
        let mut deserializer = serde_json::Deserializer::from_str(data);
        Capture { node: &self.root, slots: &self.slots, out: &mut captured }.deserialize(&mut deserializer)?;
        Ok(captured)
    }
}

#[derive(Default)]
struct Node {
    /// Ordered by length, then by text: most keys of an object are told apart by their length alone.
    keys: Vec<(&'static str, Node)>,
    take: Option<usize>,
}

impl Node {
    fn child(&mut self, key: &'static str) -> &mut Node {
        match self.keys.binary_search_by(|(k, _)| by_length(k, key)) {
            Ok(at) => &mut self.keys[at].1,
            Err(at) => {
                self.keys.insert(at, (key, Node::default()));
                &mut self.keys[at].1
            }
        }
    }

    fn find(&self, key: &str) -> Option<&Node> {
        self.keys.binary_search_by(|(k, _)| by_length(k, key)).ok().map(|at| &self.keys[at].1)
    }
}

fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Slices of the object's text, by slot.
pub struct Captured<'a> {
    one: Vec<Option<&'a str>>,
    many: Vec<(usize, &'a str)>,
}

impl<'a> Captured<'a> {
    /// Returns the first value of a slot that is not null.
    pub fn first(&self, slot: usize) -> Option<&'a str> {
        self.one[slot].filter(|raw| *raw != "null")
    }

    /// Returns the first value that the column can hold; the reason why it is empty where there are only others.
    ///
    /// # Errors
    /// That reason, in words.
    pub fn cell(&self, column: &Column, slots: &[usize]) -> Result<Cell, String> {
        let mut trouble = None;
        for &slot in slots {
            let cell = match (column.pick, self.first(slot)) {
                (Pick::First, Some(raw)) => read(column.kind, raw),
                (_, Some(raw)) if self.many.iter().all(|(s, _)| *s != slot) => read(column.kind, raw),
                _ => self.fold(column, slot),
            };
            match cell {
                Ok(Cell::Null) => {}
                Ok(cell) => return Ok(cell),
                Err(why) => drop(trouble.get_or_insert(why)),
            }
        }
        trouble.map_or(Ok(Cell::Null), Err)
    }

    fn fold(&self, column: &Column, slot: usize) -> Result<Cell, String> {
        let values =
            || self.many.iter().filter(|(s, raw)| *s == slot && !matches!(*raw, "null" | "\"\"")).map(|(_, raw)| *raw);
        // One that cannot be read leaves nothing to say about all of them.
        let integers = || values().map(|raw| integer(column.kind, raw)).collect::<Result<Vec<i64>, String>>();
        let folded = match column.pick {
            Pick::First => None,
            Pick::Min => integers()?.into_iter().min(),
            Pick::Max => integers()?.into_iter().max(),
            Pick::Sum => {
                let all = integers()?;
                let sum = all.iter().try_fold(0, |sum: i64, i| sum.checked_add(*i)).ok_or("is a sum beyond 64 bits")?;
                Some(sum).filter(|_| !all.is_empty())
            }
            Pick::Count => Some(values().count() as i64),
        };
        Ok(folded.map_or(Cell::Null, Cell::Int))
    }
}

struct Capture<'t, 'o, 'a> {
    node: &'t Node,
    slots: &'t [bool],
    out: &'o mut Captured<'a>,
}

impl<'a> Capture<'_, '_, 'a> {
    fn keep(&mut self, slot: usize, raw: &'a str) {
        if self.slots[slot] {
            self.out.many.push((slot, raw));
        }
        let one = &mut self.out.one[slot];
        if one.is_none_or(|kept| kept == "null") {
            *one = Some(raw);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Capture<'_, '_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        let Some(slot) = self.node.take else { return deserializer.deserialize_any(self) };
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        self.keep(slot, raw);
        if self.node.keys.is_empty() {
            return Ok(());
        }
        serde_json::Deserializer::from_str(raw).deserialize_any(self).map_err(serde::de::Error::custom)
    }
}

impl<'de> Visitor<'de> for Capture<'_, '_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("JSON")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(found) = map.next_key_seed(Key(self.node))? {
            match found {
                Some(node) => map.next_value_seed(Capture { node, slots: self.slots, out: &mut *self.out })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some(node) = self.node.find("*") else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        while seq.next_element_seed(Capture { node, slots: self.slots, out: &mut *self.out })?.is_some() {}
        Ok(())
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Finds a key's node without allocating the key.
struct Key<'t>(&'t Node);

impl<'de, 't> DeserializeSeed<'de> for Key<'t> {
    type Value = Option<&'t Node>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'t> Visitor<'_> for Key<'t> {
    type Value = Option<&'t Node>;
    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.find(key))
    }
}
