//! Who is told when something is wrong. Pure.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::webhooks::{time, wrong};
use super::{Error, Secret, Settings};
use crate::model::alerts::words;

/// What a share may be, in percent.
const PERCENT: RangeInclusive<u32> = 1..=100;
/// What a window may be.
const WINDOW: RangeInclusive<Duration> = Duration::from_secs(60)..=Duration::from_secs(86_400);

/// Who is told, and when.
#[derive(Debug, Clone)]
pub struct Alerting {
    /// A program and its arguments.
    pub command: Option<Vec<String>>,
    /// An address that is posted to.
    pub url: Option<Secret>,
    /// So many failed events of a hundred are too many.
    pub failure_percent: u32,
    /// Within this time.
    pub window: Duration,
}

impl Settings {
    /// Returns who is told when something is wrong; nothing where nobody is.
    ///
    /// # Errors
    /// When a setting says what cannot be.
    pub fn alerting(&self) -> Result<Option<Alerting>, Error> {
        let rate = &self.alert_failure_rate;
        let percent = rate.value.strip_suffix('%').unwrap_or(&rate.value).parse().ok();
        let failure_percent = percent.filter(|percent| PERCENT.contains(percent));
        let failure_percent =
            failure_percent.ok_or_else(|| wrong("alert_failure_rate", rate, "must be a share from 1% to 100%"))?;
        let why = "must be a time from 1m to 1d, such as 10m";
        let window = time("alert_window", &self.alert_window, WINDOW, why)?;
        let split = |said: &super::Sourced<String>| words(&said.value).map_err(|why| wrong("alert_command", said, why));
        let command = self.alert_command.as_ref().map(split).transpose()?;
        let url = self.alert_url.as_ref().map(|said| said.value.clone());
        let is_any = command.is_some() || url.is_some();
        Ok(is_any.then_some(Alerting { command, url, failure_percent, window }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layer, Layers, Source, resolve};

    #[test]
    fn alerts_have_somebody_to_tell_and_bounds() {
        let read = |pairs: &[(&'static str, &str)]| {
            let source = || Source::File("config.toml".into());
            let file = pairs.iter().fold(Layer::default(), |layer, (name, value)| layer.with(name, *value, source()));
            resolve(&Layers { file, ..Layers::default() }).expect("nothing is blank").alerting()
        };
        assert!(read(&[("alert_failure_rate", "5%")]).expect("fine").is_none(), "nobody is told");
        let told = read(&[("alert_command", "notify 'a b'"), ("alert_window", "1h"), ("alert_failure_rate", "7")]);
        let told = told.expect("fine").expect("somebody is told");
        assert_eq!(told.command, Some(vec!["notify".to_owned(), "a b".to_owned()]));
        assert_eq!((told.failure_percent, told.window), (7, Duration::from_secs(3600)));
        for (name, value, why) in [
            ("alert_failure_rate", "0%", "alerts.failure_rate must be a share from 1% to 100% (from config.toml)"),
            ("alert_failure_rate", "101", "must be a share"),
            ("alert_window", "30s", "alerts.window must be a time from 1m to 1d"),
            ("alert_command", "a 'b", "alerts.command has a quote that is not closed"),
        ] {
            let error = read(&[(name, value)]).expect_err(value).to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
