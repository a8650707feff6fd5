//! Pools of both kinds.

use std::time::Duration;

use shuttle::rand::Rng;
use shuttle::thread;
use sts_proto::AssumeAgency;

use super::explore;
use super::world::{Service, cancelled, run};
use crate::pool::{PoolStatus, SessionPool, blocking};

fn tenant(number: usize) -> AssumeAgency {
    AssumeAgency::new("iam::0a1b:agency:lake", format!("tenant-{number}"))
        .duration(Duration::from_secs(900))
}

fn any_tenant() -> usize {
    shuttle::rand::thread_rng().gen_range(0..3)
}

/// A pool of two sessions, after `requests` for three tenants.
fn assert_bounded(status: PoolStatus, requests: u64) {
    assert!(status.sessions <= 2, "{status:?}");
    assert_eq!(status.hits + status.misses, requests, "{status:?}");
    let sessions = u64::try_from(status.sessions).unwrap();
    assert_eq!(status.misses - status.evictions, sessions, "{status:?}");
}

#[test]
fn equal_requests_share_one_call_and_different_ones_do_not() {
    explore(|| {
        let service = Service::new(&[]);
        let pool = SessionPool::builder(&service.client()).capacity(2).build();
        let callers = [0, 0, 1].map(|number| {
            let pool = pool.clone();
            run(async move {
                let credentials = pool.credentials(tenant(number)).await.unwrap();
                assert_eq!(credentials.access_key_id, format!("tenant-{number}"));
            })
        });
        for caller in callers {
            caller.join().unwrap();
        }
        assert_eq!(service.requests(), 2);
        assert_bounded(pool.status(), 3);
    });
}

#[test]
fn an_evicted_session_in_flight_serves_its_callers() {
    explore(|| {
        let service = Service::new(&[]);
        let pool = SessionPool::builder(&service.client()).capacity(2).build();
        let callers = [0, 1, 2, 0].map(|number| {
            let pool = pool.clone();
            run(async move {
                let credentials = pool.credentials(tenant(number)).await.unwrap();
                assert_eq!(credentials.access_key_id, format!("tenant-{number}"));
                assert!(pool.status().sessions <= 2);
            })
        });
        for caller in callers {
            caller.join().unwrap();
        }
        assert_bounded(pool.status(), 4);
    });
}

#[test]
fn removals_and_cancellations_leave_no_caller_behind() {
    explore(|| {
        let service = Service::new(&[]);
        let pool = SessionPool::builder(&service.client()).capacity(2).build();
        let dropped = {
            let pool = pool.clone();
            run(async move { cancelled(4, pool.credentials(tenant(0))).await.map(Result::unwrap) })
        };
        let callers = [0, 0].map(|number| {
            let pool = pool.clone();
            run(async move { pool.credentials(tenant(number)).await.unwrap() })
        });
        let removing = {
            let pool = pool.clone();
            thread::spawn(move || {
                pool.remove(tenant(0));
                pool.clear();
            })
        };
        for caller in callers {
            assert_eq!(caller.join().unwrap().access_key_id, "tenant-0");
        }
        dropped.join().unwrap();
        removing.join().unwrap();
        assert!(pool.status().sessions <= 1);
    });
}

#[test]
fn a_blocking_pool_stays_bounded_and_serves_all_threads() {
    explore(|| {
        let service = Service::new(&[]);
        let client = service.blocking_client(Duration::from_secs(30));
        let pool = blocking::SessionPool::builder(&client).capacity(2).build();
        let callers = [(); 3].map(|()| {
            let (pool, number) = (pool.clone(), any_tenant());
            thread::spawn(move || {
                let credentials = pool.credentials(tenant(number)).unwrap();
                assert_eq!(credentials.access_key_id, format!("tenant-{number}"));
            })
        });
        for caller in callers {
            caller.join().unwrap();
        }
        assert_bounded(pool.status(), 3);
    });
}
