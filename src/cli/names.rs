//! Names of resources as clap sees them: any text passes, for `select` knows better what is meant; shells complete the
//! known ones.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

use crate::model::resource::Resource;
use crate::providers::{fic, stripe};

/// Reads the name of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Names;

impl TypedValueParser for Names {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    /// Plain names: a colon ends a word for some shells.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        let names: BTreeSet<&str> = table().iter().map(|resource| resource.name).chain(["all"]).collect();
        Some(Box::new(names.into_iter().map(PossibleValue::new)))
    }
}

/// Returns every resource of both services.
pub fn table() -> Vec<&'static Resource> {
    stripe::resources::all().chain(fic::resources::RESOURCES).collect()
}
