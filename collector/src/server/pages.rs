//! What pages are told, while it may change: the published configuration in force, looked at again and again.

use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::time::Duration;

use tokio::sync::watch;
use unsnag_core::config::Config;
use unsnag_core::host::{KeyPolicy, Later, Site};
use unsnag_core::sign::SigningKeys;

use super::connection::until_closing;
use crate::catalog::{Catalog, CatalogError, InForce};
use crate::model;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Everything that a site is made of, but what is published.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) keys: Vec<KeyPolicy>,
    pub(super) signing: SigningKeys,
    pub(super) later: Later,
    pub(super) scrub: bool,
    /// In force where nothing was published.
    pub(super) config: Config,
}

/// The site as it is now.
#[derive(Debug)]
pub(crate) struct Pages {
    catalog: Catalog,
    parts: Parts,
    site: RwLock<Arc<Site>>,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    in_force: InForce,
    /// What was wrong at the last look, so that it is told once.
    problem: Option<String>,
}

impl Pages {
    pub(super) fn open(catalog: Catalog, parts: Parts) -> Result<Self, CatalogError> {
        let in_force = catalog.in_force()?;
        let config = catalog.config(in_force, &parts.config)?;
        if let Some(version) = in_force.version {
            tracing::info!(version, etag = config.etag, "the published configuration is in force");
        }
        let site = RwLock::new(Arc::new(site(&parts, config)));
        Ok(Self { catalog, parts, site, seen: Mutex::new(Seen { in_force, problem: None }) })
    }

    pub(crate) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.read().expect("nothing panics while holding the site"))
    }

    /// Takes up what was published since the last look. What cannot be used is told, and what is in force stays.
    fn look(&self) {
        let mut seen = self.seen();
        let fresh = self.catalog.in_force().and_then(|in_force| {
            let config = (in_force != seen.in_force).then(|| self.catalog.config(in_force, &self.parts.config));
            Ok((in_force, config.transpose()?))
        });
        match fresh {
            Ok((_, None)) => seen.problem = None,
            Ok((in_force, Some(config))) => {
                tracing::info!(
                    version = in_force.version,
                    kill = in_force.kill,
                    etag = config.etag,
                    "configuration changed"
                );
                *self.site.write().expect("nothing panics while holding the site") =
                    Arc::new(site(&self.parts, config));
                *seen = Seen { in_force, problem: None };
            }
            Err(error) => {
                let problem = error.to_string();
                if seen.problem.as_ref() != Some(&problem) {
                    tracing::error!(code = error.code(), %error, "what was published is not used");
                }
                seen.problem = Some(problem);
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("nothing panics while looking")
    }
}

/// Looks until the collector stops.
pub(super) async fn watch(pages: Arc<Pages>, mut closing: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = until_closing(&mut closing) => return,
        }
        let pages = Arc::clone(&pages);
        // Files are read where nobody waits for it.
        if tokio::task::spawn_blocking(move || pages.look()).await.is_err() {
            tracing::error!(code = "catalog_panicked", "published configurations are not looked at any more");
            return;
        }
    }
}

fn site(parts: &Parts, config: Config) -> Site {
    Site {
        keys: parts.keys.clone(),
        config,
        signing: parts.signing.clone(),
        model: model::model(),
        scrub: parts.scrub,
        later: Some(parts.later.clone()),
    }
}
