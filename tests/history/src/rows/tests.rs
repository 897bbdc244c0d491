//! Rows repeat, and are what the analysis keeps.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use std::collections::BTreeSet;
use std::sync::Arc;

use unsnag_analysis::analyst::AnalystGuard;
use unsnag_analysis::orchestrate::{self, Catalogue};
use unsnag_analysis::risk::RiskGuard;
use unsnag_analysis::session::Profile;
use unsnag_analysis::store::{Embedded, Span, Store as _};
use unsnag_analysis::video::VideoCatalogue;
use unsnag_analysis::{Analysis, Playbook};
use unsnag_core::features::index;

use super::*;

const VISITORS: usize = 60;

#[test]
fn repeats_by_seed_and_has_visitors_of_every_site_over_sessions() {
    let first = rows(3, VISITORS).unwrap();
    assert!(first == rows(3, VISITORS).unwrap(), "the same seed gave other rows");
    assert!(first != rows(4, VISITORS).unwrap(), "another seed gave the same rows");
    let visitors: BTreeSet<usize> = first.iter().map(|row| row.visitor).collect();
    // 12, 9, 6 and 3 of ten, twice; one whose only session is a single batch has no row.
    assert!((55..=60).contains(&visitors.len()) && visitors.last() < Some(&60), "{visitors:?}");
    assert!(first.iter().any(|row| row.session > 1));
    for row in &first {
        let sessions = row.features.millionths()[index::SESSION_COUNT] / unsnag_core::features::ONE;
        assert!((1..=row.session as u64 + 1).contains(&sessions), "{row:?}");
    }
    let lost = first.iter().filter(|row| row.gives_up).count();
    assert!(lost > 0 && lost * 2 < first.len(), "{lost} of {}", first.len());
}

#[test]
fn there_are_sites_of_each_kind_and_all_fit_together() {
    let sites = sites();
    assert_eq!(sites.iter().map(|(_, tenths)| tenths).sum::<usize>(), 10 * LEISURE.len());
    for (site, _) in sites {
        assert_eq!(site.problems(), Vec::<String>::new());
    }
}

/// The analysis takes the same records in, and what it keeps of a visitor is what the rows are computed from.
#[tokio::test(flavor = "current_thread")]
async fn gives_what_the_analysis_keeps() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(Embedded::open(dir.path()).unwrap());
    let playbook = Playbook {
        catalogue: Catalogue::embedded(),
        site: orchestrate::Site::default(),
        videos: VideoCatalogue::default(),
    };
    let risk = RiskGuard::new(None);
    let analysis = Analysis::new(store.clone(), risk, AnalystGuard::new(None), playbook, Vec::new());
    let (host, thresholds) = (Host::new().unwrap(), Thresholds::default());
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let (site, _) = sites().remove(2);
    for event in simulation(5, 12, site) {
        let Event::Sealed { at, batch, .. } = event else { continue };
        let record = host.record(at, &batch).unwrap();
        analysis.consume(&record, at).await.unwrap();
        let record = Record::read(&record).unwrap();
        let visitor = record.visitor.as_ref().unwrap().as_str().to_owned();
        known.entry(visitor).or_default().take_up(&record, &thresholds);
    }
    assert_eq!(known.len(), 12);
    assert!(known.values().any(|visitor| visitor.sessions > 1));
    for (visitor, own) in known {
        let partition = format!("visitor {} {visitor}", crate::host::KEY);
        let items = store.query(&partition, &Span::default(), 10).await.unwrap();
        let (_, item) = items.into_iter().find(|(sort, _)| sort == "profile").unwrap();
        assert_eq!(serde_json::from_slice::<Profile>(&item.value).unwrap().history, own.history, "{visitor}");
    }
}
