//! What a site's operators set: hours, caps, channels, escalation, experiment and the switch that ends it all.

use std::collections::BTreeMap;

use serde::Deserialize;
use unsnag_core::config::Problem;
use unsnag_core::holdout::WHOLE;
use unsnag_core::id;
use unsnag_core::policy::Experiment;
use unsnag_core::risk::Level;
use unsnag_core::time::Millis;

use super::channel::Channel;
use super::civil::{HOUR, MINUTE, OFFSETS, WEEK, Weekday};
use super::history::Caps;
use super::hours::{Hours, Week};

/// What is allowed through one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelRules {
    /// The least risk at which it is used.
    pub least_level: Level,
    /// Somebody has to be there: it is used in business hours only.
    pub people: bool,
    /// How often, beside the caps over all channels.
    pub caps: Caps,
}

/// What follows where nobody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EscalationRule {
    /// How long after the step before.
    pub after: Millis,
    /// Through which channel.
    pub channel: Channel,
}

/// A site's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Nothing is sent while this is set.
    pub kill: bool,
    /// When people are there to answer, by the site's clock.
    pub business_hours: Week,
    /// When nobody is disturbed, by the visitor's clock.
    pub quiet_hours: Option<Hours>,
    /// The least risk at which anything is done.
    pub least_level: Level,
    /// How much help a visitor gets at most over all channels.
    pub caps: Caps,
    /// The least time between two contacts.
    pub cool_down: Millis,
    /// The channels, in the order of [`Channel::ALL`].
    pub channels: [ChannelRules; 4],
    /// What follows where nobody answered, in order.
    pub escalation: Vec<EscalationRule>,
    /// The experiment that measures whether help helps.
    pub experiment: Option<Experiment>,
}

impl Default for Site {
    /// By judgement until there are data:
    /// - business hours Monday to Friday 09:00 to 17:00 UTC, quiet hours 21:00 to 08:00 of the visitor;
    /// - at most two contacts in a day and five in a week, an hour apart: the page itself shows three nudges in a
    ///   session;
    /// - in-app from low on, an e-mail from medium, a person from high, a ticket from critical: what disturbs more, or
    ///   costs an hour of somebody's, waits for more trouble;
    /// - unanswered for a day an e-mail follows, after another day a chat, after two more a ticket;
    /// - no experiment.
    fn default() -> Self {
        let rules = |least_level, people, per_day, per_week| {
            let caps = Caps { per_day, per_week };
            ChannelRules { least_level, people, caps }
        };
        let step = |hours: u64, channel| EscalationRule { after: Millis(hours * HOUR.0), channel };
        Self {
            kill: false,
            business_hours: office_week(0),
            quiet_hours: Hours::new(21 * 60, 8 * 60),
            least_level: Level::Low,
            caps: Caps { per_day: 2, per_week: 5 },
            cool_down: HOUR,
            channels: [
                rules(Level::Low, false, 2, 5),
                rules(Level::Medium, false, 1, 3),
                rules(Level::High, true, 1, 3),
                rules(Level::Critical, true, 1, 2),
            ],
            escalation: vec![step(24, Channel::Email), step(24, Channel::LiveChat), step(48, Channel::Ticket)],
            experiment: None,
        }
    }
}

/// Monday to Friday, 09:00 to 17:00.
fn office_week(offset_minutes: i32) -> Week {
    let mut week = Week::closed(offset_minutes);
    let office = Hours::new(9 * 60, 17 * 60).expect("09:00 and 17:00 are times of a day");
    for day in &Weekday::ALL[..5] {
        week.open(*day, office);
    }
    week
}

impl Site {
    /// What is allowed through a channel.
    pub const fn channel(&self, channel: Channel) -> &ChannelRules {
        &self.channels[channel.index()]
    }

    /// The same, to be changed.
    pub const fn channel_mut(&mut self, channel: Channel) -> &mut ChannelRules {
        &mut self.channels[channel.index()]
    }

    /// Reads settings over the defaults, or lists everything that is wrong with them.
    ///
    /// ```
    /// use unsnag_analysis::orchestrate::{Channel, Site};
    ///
    /// let site = Site::from_json(r#"{
    ///     "offset_minutes": 60,
    ///     "business_hours": {"mon": [["08:00", "12:00"], ["13:00", "18:00"]]},
    ///     "quiet_hours": ["22:00", "07:00"],
    ///     "caps": {"per_day": 3, "cool_down_minutes": 30},
    ///     "channels": {"live_chat": {"least_level": "medium", "per_day": 2}},
    ///     "escalation": [{"after_minutes": 240, "channel": "email"}],
    ///     "experiment": {"id": "help-2026", "holdout_basis_points": 1000}
    /// }"#).unwrap();
    /// assert_eq!(site.channel(Channel::LiveChat).caps.per_day, 2);
    /// assert_eq!(Site::from_json("{}").unwrap(), Site::default());
    /// ```
    pub fn from_json(json: &str) -> Result<Self, Vec<Problem>> {
        let wire: Wire = serde_json::from_str(json)
            .map_err(|error| vec![Problem { place: "the file".to_owned(), message: error.to_string() }])?;
        let mut reading = Reading { problems: Vec::new() };
        let site = reading.site(&wire);
        if reading.problems.is_empty() { Ok(site) } else { Err(reading.problems) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default)]
    kill: bool,
    #[serde(default)]
    offset_minutes: i32,
    business_hours: Option<BTreeMap<String, Vec<[String; 2]>>>,
    quiet_hours: Option<[String; 2]>,
    least_level: Option<String>,
    #[serde(default)]
    caps: WireCaps,
    #[serde(default)]
    channels: BTreeMap<String, WireChannel>,
    escalation: Option<Vec<WireStep>>,
    experiment: Option<WireExperiment>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireCaps {
    per_day: Option<u32>,
    per_week: Option<u32>,
    cool_down_minutes: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireChannel {
    least_level: Option<String>,
    people: Option<bool>,
    per_day: Option<u32>,
    per_week: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireStep {
    after_minutes: u64,
    channel: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireExperiment {
    id: String,
    holdout_basis_points: u32,
}

/// Steps of an escalation; a visitor has four channels.
const MOST_STEPS: usize = 8;

struct Reading {
    problems: Vec<Problem>,
}

impl Reading {
    fn wrong(&mut self, place: impl Into<String>, message: &str) {
        self.problems.push(Problem { place: place.into(), message: message.to_owned() });
    }

    fn site(&mut self, wire: &Wire) -> Site {
        let mut site = Site { kill: wire.kill, ..Site::default() };
        if !OFFSETS.contains(&wire.offset_minutes) {
            self.wrong("offset_minutes", "must be the minutes that the site's clock is ahead of UTC, −720 to 840");
        }
        site.business_hours = self.week(wire);
        if let Some([from, until]) = &wire.quiet_hours {
            site.quiet_hours = Hours::parse(from, until);
            if site.quiet_hours.is_none() {
                self.wrong("quiet_hours", r#"must be two times of a day such as "21:00"; the same twice is none"#);
            }
        }
        if let Some(word) = &wire.least_level {
            site.least_level = self.level("least_level", word);
        }
        site.caps.per_day = wire.caps.per_day.unwrap_or(site.caps.per_day);
        site.caps.per_week = wire.caps.per_week.unwrap_or(site.caps.per_week);
        if let Some(minutes) = wire.caps.cool_down_minutes {
            site.cool_down = Millis(minutes.saturating_mul(MINUTE.0));
            if site.cool_down > WEEK {
                self.wrong("caps.cool_down_minutes", "must be at most a week, 10080");
            }
        }
        for (name, rules) in &wire.channels {
            self.channel(&mut site, name, rules);
        }
        if let Some(steps) = &wire.escalation {
            site.escalation = self.steps(steps);
        }
        if let Some(experiment) = &wire.experiment {
            let share = experiment.holdout_basis_points;
            if !id::is_valid(&experiment.id) || u64::from(share) > WHOLE {
                self.wrong("experiment", "needs an id, and a holdout of 0 to 10,000 basis points");
            }
            site.experiment = Some(Experiment { id: experiment.id.clone(), holdout_basis_points: share });
        }
        site
    }

    fn week(&mut self, wire: &Wire) -> Week {
        let Some(days) = &wire.business_hours else { return office_week(wire.offset_minutes) };
        let mut week = Week::closed(wire.offset_minutes);
        for (name, hours) in days {
            let Some(day) = Weekday::ALL.into_iter().find(|day| day.name() == name) else {
                self.wrong(format!("business_hours.{name}"), "must be mon, tue, wed, thu, fri, sat or sun");
                continue;
            };
            for (index, [from, until]) in hours.iter().enumerate() {
                if !Hours::parse(from, until).is_some_and(|hours| week.open(day, hours)) {
                    let message = r#"must be two times of one day such as "09:00" and "24:00", the earlier first"#;
                    self.wrong(format!("business_hours.{name}[{index}]"), message);
                }
            }
        }
        week
    }

    fn channel(&mut self, site: &mut Site, name: &str, wire: &WireChannel) {
        let Some(channel) = Channel::named(name) else {
            self.wrong(format!("channels.{name}"), "must be in_app, email, live_chat or ticket");
            return;
        };
        let mut rules = *site.channel(channel);
        if let Some(word) = &wire.least_level {
            rules.least_level = self.level(&format!("channels.{name}.least_level"), word);
        }
        rules.people = wire.people.unwrap_or(rules.people);
        rules.caps.per_day = wire.per_day.unwrap_or(rules.caps.per_day);
        rules.caps.per_week = wire.per_week.unwrap_or(rules.caps.per_week);
        *site.channel_mut(channel) = rules;
    }

    fn steps(&mut self, wire: &[WireStep]) -> Vec<EscalationRule> {
        if wire.len() > MOST_STEPS {
            self.wrong("escalation", "must have at most eight steps");
        }
        let mut steps = Vec::new();
        for (index, step) in wire.iter().enumerate() {
            let after = Millis(step.after_minutes.saturating_mul(MINUTE.0));
            if after == Millis(0) || after > WEEK {
                self.wrong(format!("escalation[{index}].after_minutes"), "must be 1 minute to a week, 10080");
            }
            match Channel::named(&step.channel) {
                Some(channel) => steps.push(EscalationRule { after, channel }),
                None => {
                    self.wrong(format!("escalation[{index}].channel"), "must be in_app, email, live_chat or ticket");
                }
            }
        }
        steps
    }

    fn level(&mut self, place: &str, word: &str) -> Level {
        Level::named(word).unwrap_or_else(|| {
            self.wrong(place, "must be low, medium, high or critical");
            Level::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_every_mistake_at_once() {
        let json = r#"{"offset_minutes":900,"business_hours":{"monday":[],"tue":[["09:00","09:00"],["9","17:00"]]},
            "quiet_hours":["25:00","07:00"],"least_level":"huge","caps":{"cool_down_minutes":10081},
            "channels":{"fax":{},"email":{"least_level":"none"}},
            "escalation":[{"after_minutes":0,"channel":"email"},{"after_minutes":5,"channel":"owl"}],
            "experiment":{"id":"e e","holdout_basis_points":10}}"#;
        let places: Vec<String> = Site::from_json(json).unwrap_err().into_iter().map(|problem| problem.place).collect();
        assert_eq!(
            places,
            [
                "offset_minutes",
                "business_hours.monday",
                "business_hours.tue[0]",
                "business_hours.tue[1]",
                "quiet_hours",
                "least_level",
                "caps.cool_down_minutes",
                "channels.email.least_level",
                "channels.fax",
                "escalation[0].after_minutes",
                "escalation[1].channel",
                "experiment",
            ]
        );
    }

    #[test]
    fn what_is_not_settings_is_one_mistake() {
        for json in ["", "[]", r#"{"kil":true}"#, r#"{"caps":{"per_day":-1}}"#] {
            let problems = Site::from_json(json).unwrap_err();
            assert_eq!(problems.len(), 1, "{json}");
            assert_eq!(problems[0].place, "the file", "{json}");
        }
    }

    #[test]
    fn settings_override_the_defaults_one_by_one() {
        let site = Site::from_json(r#"{"offset_minutes":120,"caps":{"per_week":9},"kill":true}"#).unwrap();
        assert_eq!(site.caps, Caps { per_week: 9, ..Site::default().caps });
        assert_eq!(site.business_hours.offset_minutes(), 120);
        assert!(site.kill);
        // Monday 09:30 two hours ahead of UTC.
        let monday = unsnag_core::time::UnixMillis(4 * 86_400_000 + 7 * HOUR.0 + 30 * MINUTE.0);
        assert!(site.business_hours.left_at(monday).is_some());
        assert_eq!(site.channel(Channel::Email), Site::default().channel(Channel::Email));
    }
}
