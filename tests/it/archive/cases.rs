//! One small case per promise, run on every implementation.

use pd::archive::memory::MemoryArchive;
use pd::archive::{Archive, Filter, Sort, SortBy};
use pd::domain::id::IncidentNumber;
use pd::domain::user::Urgency;
use pd::journal::Error;

use super::fixture::{Closed, at, event, key, numbers, service, user};
use super::open;

/// Runs `case` on a fresh archive of each kind.
async fn on_each(case: impl AsyncFn(&dyn Archive)) {
    case(&MemoryArchive::new()).await;
    let folder = tempfile::tempdir().unwrap();
    case(&open(folder.path())).await;
    if let Some(cluster) = crate::cassandra::store().await {
        case(&crate::cassandra::archive(&cluster, crate::cassandra::shelf()).await).await;
    }
}

async fn put(archive: &dyn Archive, incidents: &[Closed]) {
    archive.put(incidents.iter().map(Closed::build).collect()).await.unwrap();
}

async fn listed(archive: &dyn Archive, filter: &Filter) -> Vec<IncidentNumber> {
    let rows = archive.rows(filter, Sort::default(), 100).await.unwrap();
    assert_eq!(archive.count(filter).await.unwrap(), rows.len() as u64, "{filter:?}");
    rows.iter().map(|row| row.number).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_put_is_got() {
    on_each(async |archive| {
        let closed = Closed { dedup_key: Some("disk".into()), ..Closed::new(5, 100) }.build();
        archive.put(vec![closed.clone()]).await.unwrap();
        assert_eq!(archive.get(IncidentNumber(5)).await.unwrap().as_ref(), Some(closed.as_ref()));
        assert_eq!(archive.get(IncidentNumber(6)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_higher_revision_stays() {
    on_each(async |archive| {
        let of = |revision, service, dedup: &str| Closed {
            revision,
            service,
            dedup_key: Some(dedup.into()),
            ..Closed::new(1, 0)
        };
        put(archive, &[of(2, 20, "two"), of(1, 10, "one")]).await;
        put(archive, &[of(3, 30, "three"), of(2, 20, "two"), of(3, 31, "other")]).await;
        let kept = archive.get(IncidentNumber(1)).await.unwrap().unwrap();
        assert_eq!((kept.incident.revision, kept.incident.service), (3, service(30)));
        for (text, expected) in [("one", vec![]), ("two", vec![]), ("three", numbers([1])), ("other", vec![])]
        {
            assert_eq!(archive.by_key(&key(text), 10).await.unwrap(), expected, "{text}");
        }
        assert_eq!(archive.count(&Filter::default()).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_filter_picks_its_own() {
    on_each(async |archive| {
        put(
            archive,
            &[
                Closed { service: 7, ..Closed::new(1, 100) },
                Closed { urgency: Urgency::Low, ..Closed::new(2, 200) },
                Closed { assigned: vec![8, 9], resolved_by: Some(3), ..Closed::new(3, 300) },
                Closed { incident_key: Some("a".into()), dedup_key: Some("b".into()), ..Closed::new(4, 400) },
            ],
        )
        .await;
        let any = Filter::default;
        for (filter, expected) in [
            (any(), numbers([1, 2, 3, 4])),
            (Filter { services: vec![service(7), service(8)], ..any() }, numbers([1])),
            (Filter { services: vec![service(70)], ..any() }, vec![]),
            (Filter { urgencies: vec![Urgency::Low], ..any() }, numbers([2])),
            (Filter { urgencies: vec![Urgency::Low, Urgency::High], ..any() }, numbers([1, 2, 3, 4])),
            (Filter { users: vec![user(9)], ..any() }, numbers([3])),
            (Filter { users: vec![user(3)], ..any() }, numbers([3])),
            (Filter { users: vec![user(1), user(8)], ..any() }, numbers([1, 2, 3, 4])),
            (Filter { users: vec![user(99)], ..any() }, vec![]),
            (Filter { since: Some(at(200)), ..any() }, numbers([2, 3, 4])),
            (Filter { until: Some(at(200)), ..any() }, numbers([1])),
            (Filter { since: Some(at(200)), until: Some(at(400)), ..any() }, numbers([2, 3])),
            (Filter { key: Some(key("a")), ..any() }, numbers([4])),
            (Filter { key: Some(key("b")), ..any() }, numbers([4])),
            (Filter { key: Some(key("b")), since: Some(at(401)), ..any() }, vec![]),
        ] {
            assert_eq!(listed(archive, &filter).await, expected, "{filter:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_order_has_two_directions() {
    on_each(async |archive| {
        put(
            archive,
            &[
                Closed { resolved_at: 900, ..Closed::new(1, 0) },
                Closed { resolved_at: 500, urgency: Urgency::Low, ..Closed::new(2, 0) },
                Closed { resolved_at: 700, ..Closed::new(3, 0) },
                Closed { resolved_at: 700, urgency: Urgency::Low, ..Closed::new(4, 0) },
            ],
        )
        .await;
        for (by, expected) in [
            (SortBy::Number, [1, 2, 3, 4]),
            (SortBy::ResolvedAt, [2, 3, 4, 1]),
            (SortBy::Urgency, [1, 3, 2, 4]),
        ] {
            for descending in [false, true] {
                let mut expected = numbers(expected);
                if descending {
                    expected.reverse();
                }
                for max in 0..6 {
                    let rows = archive.rows(&Filter::default(), Sort { by, descending }, max).await.unwrap();
                    let got: Vec<_> = rows.iter().map(|row| row.number).collect();
                    assert_eq!(got, expected[..max.min(4)], "{by:?} {descending} {max}");
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_oldest_expire_first() {
    on_each(async |archive| {
        let resolved = |number, resolved_at| Closed {
            resolved_at,
            dedup_key: Some("disk".into()),
            ..Closed::new(number, 0)
        };
        put(archive, &[resolved(1, 300), resolved(2, 100), resolved(3, 200), resolved(4, 400)]).await;
        archive
            .put_events(vec![event(1, 0, 0, 150), event(1, 0, 1, 399), event(1, 1, 0, 400)])
            .await
            .unwrap();
        for (max, removed, left) in [
            (0, 0, numbers([1, 2, 3, 4])),
            (1, 2, numbers([1, 3, 4])),
            (10, 3, numbers([4])),
            (10, 0, numbers([4])),
        ] {
            assert_eq!(archive.expire(at(400), max).await.unwrap(), removed);
            assert_eq!(listed(archive, &Filter::default()).await, left);
        }
        assert_eq!(archive.by_key(&key("disk"), 10).await.unwrap(), numbers([4]));
        assert_eq!(archive.get(IncidentNumber(1)).await.unwrap(), None);
        assert_eq!(archive.event(event(1, 0, 1, 0).address).await.unwrap(), None);
        assert!(archive.event(event(1, 1, 0, 0).address).await.unwrap().is_some());
        assert_eq!(archive.expire(at(401), 10).await.unwrap(), 2);
        assert_eq!(listed(archive, &Filter::default()).await, vec![]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_kept_by_address() {
    on_each(async |archive| {
        let kept = vec![event(1, 2, 3, 50), event(1, 2, 4, 50), event(2, 2, 3, 50)];
        archive.put_events(kept.clone()).await.unwrap();
        archive.put_events(vec![event(1, 2, 3, 60)]).await.unwrap();
        for event in kept {
            assert_eq!(archive.event(event.address).await.unwrap(), Some(event));
        }
        assert_eq!(archive.event(event(1, 2, 5, 0).address).await.unwrap(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_of_a_key_come_first() {
    on_each(async |archive| {
        let keyed = |number| Closed { dedup_key: Some("disk".into()), ..Closed::new(number, 0) };
        put(archive, &[keyed(3), keyed(9), keyed(1), Closed::new(10, 0)]).await;
        assert_eq!(archive.by_key(&key("disk"), 2).await.unwrap(), numbers([9, 3]));
        assert_eq!(archive.by_key(&key("dis"), 2).await.unwrap(), vec![]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_incident_is_refused_with_all_beside_it() {
    on_each(async |archive| {
        let mut open = Closed::new(2, 0).build().as_ref().clone();
        open.incident.status = pd::domain::incident::Status::Acknowledged;
        let refused = archive.put(vec![Closed::new(1, 0).build(), open.into()]).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Invalid(why) if why.contains("incident 2 is acknowledged")),
            "{refused}"
        );
        assert_eq!(archive.count(&Filter::default()).await.unwrap(), 0);
    })
    .await;
}
