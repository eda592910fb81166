//! Names as clap sees them. Of resources any text passes, for `select` knows better what is meant; shells complete the
//! known ones.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use clap::ValueEnum;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap_complete::Shell;

use crate::model::resource::Resource;
use crate::providers::{fic, stripe};
use crate::ui::text::safe;

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

/// Reads the name of a shell. One that there is nothing for is not like another because of its letters.
#[derive(Debug, Clone, Copy)]
pub struct Shells;

impl TypedValueParser for Shells {
    type Value = Shell;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<Shell, clap::Error> {
        let name = StringValueParser::new().parse_ref(command, arg, value)?;
        <Shell as ValueEnum>::from_str(&name, false).map_err(|_| {
            let known: Vec<String> = Shell::value_variants().iter().map(Shell::to_string).collect();
            let message = format!("there are no completions for {}, only for {}\n", safe(&name), known.join(", "));
            command.clone().error(ErrorKind::InvalidValue, message)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        Some(Box::new(Shell::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

/// Returns every resource of both services.
pub fn table() -> Vec<&'static Resource> {
    stripe::resources::all().chain(fic::resources::RESOURCES).collect()
}
