//! What can be offered: a versioned list of entries, checked as a whole before it is in force.
//!
//! An entry that goes through the page needs one of the same id in the configuration's catalogue, which holds its
//! words; this one says what it is good for.

use serde::{Deserialize, Serialize};
use unsnag_core::config::Problem;
use unsnag_core::id;
use unsnag_core::policy::Priority;

use super::channel::Channel;
use super::need::Cause;

/// What kind of text an entry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum TextKind {
    TechnicalTutorial,
    FormHint,
    NavigationTour,
    ContentGuide,
    AccountRecovery,
    GeneralHelp,
    LiveChatOffer,
    SupportTicket,
}

impl TextKind {
    /// All of them.
    pub const ALL: [TextKind; 8] = [
        Self::TechnicalTutorial,
        Self::FormHint,
        Self::NavigationTour,
        Self::ContentGuide,
        Self::AccountRecovery,
        Self::GeneralHelp,
        Self::LiveChatOffer,
        Self::SupportTicket,
    ];

    /// The word in stored plans and configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TechnicalTutorial => "technical_tutorial",
            Self::FormHint => "form_hint",
            Self::NavigationTour => "navigation_tour",
            Self::ContentGuide => "content_guide",
            Self::AccountRecovery => "account_recovery",
            Self::GeneralHelp => "general_help",
            Self::LiveChatOffer => "live_chat_offer",
            Self::SupportTicket => "support_ticket",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<TextKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A place in a text that is filled in for each plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlotName {
    /// The page's template.
    Page,
    /// What the trouble comes from.
    Cause,
    /// Whether somebody at support is there when it goes out.
    SupportOpen,
}

impl SlotName {
    /// All of them.
    pub const ALL: [SlotName; 3] = [Self::Page, Self::Cause, Self::SupportOpen];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Cause => "cause",
            Self::SupportOpen => "support_open",
        }
    }

    /// The slot with this name.
    pub fn named(name: &str) -> Option<SlotName> {
        Self::ALL.into_iter().find(|slot| slot.name() == name)
    }
}

/// Something that can be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: String,
    /// Rises with each change; what is learned of one version is only a hint for the next.
    pub version: u32,
    /// What kind of text it is.
    pub text: TextKind,
    /// The channels it can go through.
    pub channels: Vec<Channel>,
    /// The causes it helps with; none named: it is general, and may go with any.
    pub causes: Vec<Cause>,
    /// The least and the greatest priority it is for.
    pub priorities: (Priority, Priority),
    /// It leads to support directly.
    pub support_link: bool,
    /// What is filled in.
    pub slots: Vec<SlotName>,
}

impl Entry {
    /// Whether it names this cause as one that it helps with.
    pub fn names(&self, cause: Cause) -> bool {
        self.causes.contains(&cause)
    }

    /// Whether it may be offered for this cause.
    pub fn goes_with(&self, cause: Cause) -> bool {
        self.causes.is_empty() || self.names(cause)
    }
}

/// All entries, none wrong and no id twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue(Vec<Entry>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    id: String,
    version: u32,
    text: String,
    channels: Vec<String>,
    #[serde(default)]
    causes: Vec<String>,
    #[serde(default = "all_priorities")]
    priorities: [String; 2],
    #[serde(default)]
    support_link: bool,
    #[serde(default)]
    slots: Vec<String>,
}

fn all_priorities() -> [String; 2] {
    [Priority::Low, Priority::High].map(|priority| priority.name().to_owned())
}

/// Entries of one catalogue. Every decision looks at each.
const MOST_ENTRIES: usize = 64;

impl Catalogue {
    /// The catalogue that is in force when there is no other.
    pub fn embedded() -> Self {
        Self::from_json(include_str!("catalogue.json")).expect("the embedded catalogue is tested")
    }

    /// Reads a catalogue, or lists everything that is wrong with it.
    pub fn from_json(json: &str) -> Result<Self, Vec<Problem>> {
        let wire: Vec<Wire> = serde_json::from_str(json)
            .map_err(|error| vec![Problem { place: "the file".to_owned(), message: error.to_string() }])?;
        let mut problems = Vec::new();
        if wire.len() > MOST_ENTRIES {
            let message = format!("has {} entries, at most {MOST_ENTRIES} are possible", wire.len());
            problems.push(Problem { place: "the file".to_owned(), message });
        }
        let mut entries: Vec<Entry> = Vec::new();
        for (index, entry) in wire.iter().enumerate() {
            let known = entries.iter().any(|known| known.id == entry.id);
            entries.push(read(index, entry, known, &mut problems));
        }
        if problems.is_empty() { Ok(Self(entries)) } else { Err(problems) }
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The entry of this name.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.id == id)
    }
}

fn read(index: usize, wire: &Wire, is_repeated: bool, problems: &mut Vec<Problem>) -> Entry {
    let mut wrong = |field: &str, message: &str| {
        problems.push(Problem { place: format!("[{index}].{field}"), message: message.to_owned() });
    };
    if !id::is_valid(&wire.id) || is_repeated {
        wrong("id", "must be an id that no other entry has");
    }
    let text = TextKind::named(&wire.text);
    if text.is_none() {
        wrong("text", &format!("must be one of {}", TextKind::ALL.map(TextKind::name).join(", ")));
    }
    let channels = each(&wire.channels, Channel::named).filter(|channels| !channels.is_empty());
    if channels.is_none() {
        wrong("channels", "must be one or more of in_app, email, live_chat, ticket, each once");
    }
    let causes = each(&wire.causes, Cause::named);
    if causes.is_none() {
        wrong("causes", "must be some of technical, form, navigation, content, account, other, each once");
    }
    let [least, most] = wire.priorities.each_ref().map(|name| Priority::named(name));
    let priorities = least.zip(most).filter(|(least, most)| least <= most);
    if priorities.is_none() {
        wrong("priorities", "must be two of low, medium, high, the lesser first");
    }
    let slots = each(&wire.slots, SlotName::named);
    if slots.is_none() {
        wrong("slots", "must be some of page, cause, support_open, each once");
    }
    Entry {
        id: wire.id.clone(),
        version: wire.version,
        text: text.unwrap_or(TextKind::GeneralHelp),
        channels: channels.unwrap_or_default(),
        causes: causes.unwrap_or_default(),
        priorities: priorities.unwrap_or_default(),
        support_link: wire.support_link,
        slots: slots.unwrap_or_default(),
    }
}

/// Reads each word; `None` if one is unknown or there twice.
fn each<T: Copy + PartialEq>(words: &[String], named: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let mut known = Vec::new();
    for word in words {
        let item = named(word)?;
        if known.contains(&item) {
            return None;
        }
        known.push(item);
    }
    Some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_catalogue_has_something_for_every_cause_at_every_priority() {
        let catalogue = Catalogue::embedded();
        for cause in Cause::ALL {
            for priority in Priority::ALL {
                let fits = |entry: &&Entry| {
                    let (least, most) = entry.priorities;
                    entry.goes_with(cause) && least <= priority && priority <= most
                };
                assert!(catalogue.entries().iter().any(|entry| fits(&entry)), "{cause:?}, {priority:?}");
            }
        }
        assert!(catalogue.entry("technical-tutorial").is_some_and(|entry| entry.support_link));
        assert!(catalogue.entry("none").is_none());
    }

    #[test]
    fn reports_every_mistake_at_once() {
        let json = r#"[{"id":"a","version":1,"text":"form_hint","channels":["email"]},
            {"id":"a","version":1,"text":"poem","channels":["owl"],"causes":["form","form"],
             "priorities":["high","low"],"slots":["name"]},
            {"id":"b","version":1,"text":"form_hint","channels":[]}]"#;
        let places: Vec<String> =
            Catalogue::from_json(json).unwrap_err().into_iter().map(|problem| problem.place).collect();
        let expected =
            ["[1].id", "[1].text", "[1].channels", "[1].causes", "[1].priorities", "[1].slots", "[2].channels"];
        assert_eq!(places, expected);
        assert_eq!(Catalogue::from_json("{}").unwrap_err()[0].place, "the file");
        let one = r#"{"id":"a","version":1,"text":"form_hint","channels":["email"]}"#;
        let many = format!("[{}]", vec![one; MOST_ENTRIES + 1].join(","));
        assert_eq!(Catalogue::from_json(&many).unwrap_err()[0].place, "the file");
    }
}
