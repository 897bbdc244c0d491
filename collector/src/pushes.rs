//! Interventions that were pushed for sessions: each is kept on disk until its page has it or it is worth nothing, and
//! goes through the session's live channel if one is open, else with the answer to its next batch.
//!
//! An intervention whose page has it stays known until it expires, so that pushing it again changes nothing. After that
//! the push itself is refused as expired.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use unsnag_core::live::Access;
use unsnag_core::push::{MOST_WAITING, Push};
use unsnag_core::time::{Millis, UnixMillis};

use crate::log::{LogError, Shelf};

/// Where they lie in the log's database.
pub(crate) const SHELF: &str = "pushes";

/// Interventions known at a time, about a kilobyte each.
const MOST_KNOWN: usize = 50_000;

/// Channels of one session: the tabs that somebody may have open side by side. Beyond it the oldest is closed.
const MOST_CHANNELS_OF_ONE: usize = 4;

/// Channels open at a time; the rest of the connections stays free for batches.
const MOST_CHANNELS: usize = 2048;

/// Channels of one client address: a large office behind one is served, and nobody takes all of them. Whoever gets
/// none has its help with the answer to its next batch.
const MOST_CHANNELS_OF_A_CLIENT: usize = MOST_CHANNELS / 8;

/// How often what has expired is looked for.
const SWEEP_EVERY: Millis = Millis(60_000);

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    New,
    Known,
}

/// Why a push was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PushError {
    /// So much waits for this session that the page would not show it.
    SessionFull,
    /// No room for any session's.
    Full,
    /// The disk did not take it.
    Unavailable,
}

/// For metrics.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Live channels open.
    pub(crate) channels: usize,
    /// Interventions that wait for their page.
    pub(crate) waiting: usize,
}

/// All sessions that something was pushed for, or that have a channel open.
#[derive(Debug)]
pub(crate) struct Pushes {
    shelf: Shelf,
    /// Pushes are taken one at a time, so that of two with one id the second finds the first.
    turn: tokio::sync::Mutex<()>,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// By `KEY/SESSION`.
    sessions: HashMap<String, Session>,
    known: usize,
    channels: usize,
    /// Of these, by the client's address.
    clients: HashMap<IpAddr, usize>,
    /// Numbers channels.
    next: u64,
    swept_at: UnixMillis,
}

#[derive(Debug, Default)]
struct Session {
    pushes: Vec<Known>,
    /// Oldest first.
    channels: Vec<(u64, mpsc::Sender<Arc<Push>>)>,
}

#[derive(Debug, Clone)]
struct Known {
    push: Arc<Push>,
    /// The page has it.
    arrived: bool,
}

impl Known {
    fn name(&self) -> String {
        format!("{}/{}/{}", self.push.key(), self.push.session(), self.push.id())
    }

    fn value(&self) -> Vec<u8> {
        let stored = Stored { push: Cow::Borrowed(&*self.push), arrived: self.arrived };
        serde_json::to_vec(&stored).expect("an intervention has no map with keys other than strings")
    }

    fn read(value: &[u8]) -> serde_json::Result<Self> {
        let Stored { push, arrived } = serde_json::from_slice(value)?;
        Ok(Self { push: Arc::new(push.into_owned()), arrived })
    }
}

/// How it lies on the disk.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    push: Cow<'a, Push>,
    arrived: bool,
}

impl Session {
    fn waiting(&self, now: UnixMillis) -> impl Iterator<Item = &Arc<Push>> {
        let waits = move |known: &&Known| !known.arrived && now < known.push.expires_at();
        self.pushes.iter().filter(waits).map(|known| &known.push)
    }
}

/// `KEY/SESSION`: neither can hold a slash.
fn session_name(key: &str, session: &str) -> String {
    format!("{key}/{session}")
}

impl Pushes {
    /// Takes up what the shelf holds.
    pub(crate) fn open(shelf: Shelf, now: UnixMillis) -> Result<Self, LogError> {
        let mut table = Table { swept_at: now, ..Table::default() };
        for (name, value) in shelf.all()? {
            match Known::read(&value) {
                Ok(known) if now < known.push.expires_at() => table.add(known),
                Ok(_) => shelf.remove(&name)?,
                Err(error) => {
                    tracing::warn!(code = "push_unreadable", %error, "an intervention that waited cannot be read");
                    shelf.remove(&name)?;
                }
            }
        }
        Ok(Self { shelf, turn: tokio::sync::Mutex::default(), table: Mutex::new(table) })
    }

    /// Keeps an intervention, and with `deliver` hands it to the session's newest channel.
    pub(crate) async fn take(&self, push: Push, now: UnixMillis, deliver: bool) -> Result<Taken, PushError> {
        let _turn = self.turn.lock().await;
        self.sweep(now);
        {
            let table = self.table();
            let session = table.sessions.get(&session_name(push.key(), push.session()));
            if session.is_some_and(|session| session.pushes.iter().any(|known| known.push.id() == push.id())) {
                return Ok(Taken::Known);
            }
            if session.is_some_and(|session| session.waiting(now).count() >= MOST_WAITING) {
                return Err(PushError::SessionFull);
            }
            if table.known >= MOST_KNOWN {
                return Err(PushError::Full);
            }
        }
        let known = Known { push: Arc::new(push), arrived: false };
        let (place, kept) = (self.shelf.clone(), known.clone());
        let written = tokio::task::spawn_blocking(move || place.put(&kept.name(), &kept.value())).await;
        if let Err(error) = written.map_err(|error| error.to_string()).and_then(|put| put.map_err(|e| e.to_string())) {
            tracing::error!(code = "push_not_kept", %error, "an intervention cannot be written");
            return Err(PushError::Unavailable);
        }
        let push = Arc::clone(&known.push);
        let mut table = self.table();
        table.add(known);
        let session = table.sessions.get(&session_name(push.key(), push.session()));
        let channel = session.and_then(|session| session.channels.last());
        if let Some((_, channel)) = channel.filter(|_| deliver) {
            // A channel that is full or closing: it waits for the next one, or for the next batch.
            let _ = channel.try_send(push);
        }
        Ok(Taken::New)
    }

    /// What waits for a session.
    pub(crate) fn waiting(&self, key: &str, session: &str, now: UnixMillis) -> Vec<Arc<Push>> {
        let table = self.table();
        let session = table.sessions.get(&session_name(key, session));
        session.map(|session| session.waiting(now).cloned().collect()).unwrap_or_default()
    }

    /// The page has these.
    pub(crate) fn arrived(&self, key: &str, session: &str, ids: &[String]) {
        let mut table = self.table();
        let Some(session) = table.sessions.get_mut(&session_name(key, session)) else { return };
        let mut news = Vec::new();
        for known in &mut session.pushes {
            if !known.arrived && ids.iter().any(|id| id == known.push.id()) {
                known.arrived = true;
                news.push(known.clone());
            }
        }
        drop(table);
        for known in news {
            // Lost in a power cut, it is handed out once more, and its page knows it by its id.
            told(self.shelf.put_unsynced(&known.name(), &known.value()));
        }
    }

    /// Opens a channel of a session for a client; what waits comes first, with `deliver`. `None` where too many are open.
    pub(crate) fn channel(
        self: &Arc<Self>,
        access: Access,
        client: IpAddr,
        now: UnixMillis,
        deliver: bool,
    ) -> Option<Channel> {
        let mut table = self.table();
        let of_client = table.clients.get(&client).copied().unwrap_or_default();
        if table.channels >= MOST_CHANNELS || of_client >= MOST_CHANNELS_OF_A_CLIENT {
            return None;
        }
        table.channels += 1;
        table.clients.insert(client, of_client + 1);
        table.next += 1;
        let number = table.next;
        let name = session_name(access.key.as_str(), access.session.as_str());
        let session = table.sessions.entry(name).or_default();
        let (sender, coming) = mpsc::channel(2 * MOST_WAITING);
        for push in session.waiting(now).filter(|_| deliver) {
            let _ = sender.try_send(Arc::clone(push));
        }
        session.channels.push((number, sender));
        if session.channels.len() > MOST_CHANNELS_OF_ONE {
            // Its receiver hears the end.
            session.channels.remove(0);
        }
        drop(table);
        Some(Channel { number, access, client, coming, pushes: Arc::clone(self) })
    }

    pub(crate) fn counts(&self, now: UnixMillis) -> Counts {
        let table = self.table();
        let waiting = table.sessions.values().map(|session| session.waiting(now).count()).sum();
        Counts { channels: table.channels, waiting }
    }

    fn sweep(&self, now: UnixMillis) {
        let mut table = self.table();
        if now - table.swept_at < SWEEP_EVERY && now >= table.swept_at {
            return;
        }
        table.swept_at = now;
        let mut gone = Vec::new();
        table.sessions.retain(|_, session| {
            session.pushes.retain(|known| {
                let stays = now < known.push.expires_at();
                if !stays {
                    gone.push(known.name());
                }
                stays
            });
            !session.pushes.is_empty() || !session.channels.is_empty()
        });
        table.known -= gone.len();
        drop(table);
        for name in gone {
            told(self.shelf.remove(&name));
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("nothing panics while holding the pushes")
    }
}

impl Table {
    fn add(&mut self, known: Known) {
        self.known += 1;
        let session = self.sessions.entry(session_name(known.push.key(), known.push.session())).or_default();
        session.pushes.push(known);
    }
}

/// What cannot be noted costs only that an intervention is handed out once more.
fn told(noted: Result<(), LogError>) {
    if let Err(error) = noted {
        tracing::warn!(code = "push_not_noted", %error, "what became of an intervention cannot be noted");
    }
}

/// One open channel of a session. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Channel {
    number: u64,
    access: Access,
    client: IpAddr,
    coming: mpsc::Receiver<Arc<Push>>,
    pushes: Arc<Pushes>,
}

impl Channel {
    /// The next intervention to hand over; `None` when newer channels have taken this one's place.
    pub(crate) async fn next(&mut self) -> Option<Arc<Push>> {
        self.coming.recv().await
    }

    /// The page has these.
    pub(crate) fn arrived(&self, ids: &[String]) {
        self.pushes.arrived(self.access.key.as_str(), self.access.session.as_str(), ids);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        let mut table = self.pushes.table();
        table.channels -= 1;
        match table.clients.get_mut(&self.client) {
            Some(open) if *open > 1 => *open -= 1,
            _ => _ = table.clients.remove(&self.client),
        }
        let name = session_name(self.access.key.as_str(), self.access.session.as_str());
        if let Some(session) = table.sessions.get_mut(&name) {
            session.channels.retain(|(number, _)| *number != self.number);
            if session.channels.is_empty() && session.pushes.is_empty() {
                table.sessions.remove(&name);
            }
        }
    }
}
