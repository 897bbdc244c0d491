//! The ways by which help reaches a person.

use serde::{Deserialize, Serialize};

/// A way by which help reaches a person. Where all else is equal, the one that disturbs least comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A nudge in the page, seen by whoever is there or comes again.
    InApp,
    /// An e-mail by the host app, which alone knows the address.
    Email,
    /// Somebody to talk to, in the page.
    LiveChat,
    /// A ticket at support, who then get in touch.
    Ticket,
}

impl Channel {
    /// All of them.
    pub const ALL: [Channel; 4] = [Self::InApp, Self::Email, Self::LiveChat, Self::Ticket];

    /// The word in stored plans, configuration and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InApp => "in_app",
            Self::Email => "email",
            Self::LiveChat => "live_chat",
            Self::Ticket => "ticket",
        }
    }

    /// The channel with this name.
    pub fn named(name: &str) -> Option<Channel> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// Its place in [`Channel::ALL`].
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}
