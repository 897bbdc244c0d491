//! Which channels are open to a visitor now, and when.

use unsnag_core::policy::MOST_DISMISSALS;
use unsnag_core::risk::Level;
use unsnag_core::time::{Millis, UnixMillis};

use super::channel::Channel;
use super::civil::HOUR;
use super::history::{Full, History};
use super::hours::Hours;
use super::plan::NothingCode;
use super::site::Site;
use super::timing::{Bounds, Window};
use super::visitor::{Visitor, Zone};

/// Where a zone is only assumed, quiet hours begin this much earlier and end this much later: most countries lie
/// within an hour or two of the zone that one would assume.
pub const ASSUMED_MARGIN: Millis = HOUR;

/// The visitor, what they had, the site and the time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gates<'a> {
    pub(super) visitor: &'a Visitor,
    pub(super) history: &'a History,
    pub(super) site: &'a Site,
    pub(super) now: UnixMillis,
}

/// A channel that is not open: why, and when it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shut {
    pub(super) code: NothingCode,
    pub(super) again_at: Option<UnixMillis>,
}

impl From<NothingCode> for Shut {
    fn from(code: NothingCode) -> Self {
        Self { code, again_at: None }
    }
}

impl Gates<'_> {
    /// The visitor's zone, or the site's as assumed.
    pub(super) fn zone(&self) -> Zone {
        let assumed = Zone { offset_minutes: self.site.business_hours.offset_minutes(), said: false };
        self.visitor.zone.unwrap_or(assumed)
    }

    /// When nobody is to be disturbed, by the visitor's clock as far as it is known.
    pub(super) fn quiet_hours(&self) -> Option<Hours> {
        let margin = if self.zone().said { Millis(0) } else { ASSUMED_MARGIN };
        self.site.quiet_hours.map(|hours| hours.widened(margin))
    }

    /// The first window in which the channel may be used, or why there is none. `level` is the risk, where that counts:
    /// an escalation is past it, since nobody answered.
    pub(super) fn window(&self, channel: Channel, level: Option<Level>, within: Millis) -> Result<Window, Shut> {
        let Self { visitor, history, site, now } = self;
        let rules = site.channel(channel);
        if level.is_some_and(|level| level < rules.least_level) {
            return Err(NothingCode::ChannelNeedsRisk.into());
        }
        if visitor.opted_out.contains(&channel) {
            return Err(NothingCode::OptedOut.into());
        }
        if channel == Channel::Email && !visitor.email_known {
            return Err(NothingCode::NoAddress.into());
        }
        let responses = visitor.responses.through(channel);
        if responses.dismissed >= MOST_DISMISSALS && responses.answered() == 0 {
            return Err(NothingCode::ChannelDismissed.into());
        }
        let bounds = Bounds {
            quiet: self.quiet_hours().map(|hours| (hours, self.zone().offset_minutes)),
            people: rules.people.then_some(&site.business_hours),
        };
        let window = bounds.first_window(*now, within).ok_or(NothingCode::NoTime)?;
        match history.room(&window, site.caps, site.cool_down, (channel, rules.caps)) {
            Ok(()) => Ok(window),
            Err((Full::Capped, again_at)) => Err(Shut { code: NothingCode::Capped, again_at }),
            Err((Full::CoolingDown, again_at)) => Err(Shut { code: NothingCode::CoolingDown, again_at }),
        }
    }
}
