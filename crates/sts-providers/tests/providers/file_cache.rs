use std::io;
use std::path::Path;
use std::time::Duration;

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, CallPolicy, Clock, Environment, Platform, StateMachine, Step};
use sts_credentials::ErrorKind;
use sts_proto::{Body, Endpoint, Region};
use sts_providers::{
    CacheEntry, CacheFile, EnvironmentVariables, FileCache, IdTokenProvider, OidcAgency,
};

use crate::world::{
    Place, START, Wire, answer, ask, ask_again, ask_blocking, blocking_client, client, in_full,
};

fn agency(name: &str) -> OidcAgency {
    let token = IdTokenProvider::given("token");
    OidcAgency::with_token("iam::a:oidcProvider:p", "iam::a:agency:x", token).session_name(name)
}

fn cache(identity: &str) -> FileCache<OidcAgency> {
    FileCache::new(agency("session"), "/cache", identity)
}

/// An STS that numbers its credentials.
fn wire() -> Wire {
    let count = std::sync::atomic::AtomicU32::new(0);
    Wire::new(move |_| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        answer(
            200,
            &format!(
                r#"{{"assumed_agency":{{"urn":"u","id":"i"}},"audience":"a","provider":"p",
                "subject_from_id_token":"s","credentials":{{"access_key_id":"AK{number}",
                "secret_access_key":"s","security_token":"t","expiration":"2026-03-05T08:08:09Z"}}}}"#
            ),
        )
    })
}

/// Returns the access key id that a new process gets.
fn process(wire: &Wire, place: &Place, cache: FileCache<OidcAgency>) -> String {
    let session = blocking_client(wire, place).session(cache).unwrap();
    ask_blocking(&session).unwrap().access_key_id.clone()
}

#[test]
fn processes_share_credentials() {
    let (wire, place) = (wire(), Place::default());
    assert_eq!(process(&wire, &place, cache("a")), "AK0");
    assert_eq!(process(&wire, &place, cache("a")), "AK0");
    place.pass(Duration::from_secs(54 * 60));
    assert_eq!(process(&wire, &place, cache("a")), "AK0");
    place.pass(Duration::from_secs(2 * 60));
    assert_eq!(process(&wire, &place, cache("a")), "AK1", "less than five minutes are left");
    assert_eq!(wire.seen().len(), 2);
}

#[test]
fn the_key_is_the_whole_request_and_the_identity() {
    let (wire, place) = (wire(), Place::default());
    process(&wire, &place, cache("a"));
    let others = [
        cache("b"),
        FileCache::new(agency("other"), "/cache", "a"),
        FileCache::new(agency("session").duration(Duration::from_secs(900)), "/cache", "a"),
        FileCache::new(agency("session").policy("{}"), "/cache", "a"),
    ];
    for (number, other) in others.into_iter().enumerate() {
        assert_eq!(process(&wire, &place, other), format!("AK{}", number + 1));
    }
    assert_eq!(place.paths().len(), 5);
}

#[test]
fn a_session_that_asks_again_gets_new_credentials() {
    let (wire, place) = (wire(), Place::default());
    let session = client(&wire, &place).session(cache("a")).unwrap();
    let first = ask(&session).unwrap();
    let second = ask_again(&session, first).unwrap();
    assert_eq!(second.access_key_id, "AK1");
    assert_eq!(process(&wire, &place, cache("a")), "AK1", "the file was replaced");
}

#[test]
fn content_that_is_not_credentials_is_replaced_and_an_unreadable_file_is_an_error() {
    let (wire, place) = (wire(), Place::default());
    process(&wire, &place, cache("a"));
    let path = place.paths()[0].to_str().unwrap().to_owned();
    for (number, content) in ["", "{}", "PLANTED"].into_iter().enumerate() {
        place.write(&path, content);
        assert_eq!(process(&wire, &place, cache("a")), format!("AK{}", number + 1));
    }
    let place = place.with_unreadable_file(&path, io::ErrorKind::PermissionDenied);
    let error = ask(&client(&wire, &place).session(cache("a")).unwrap()).unwrap_err();
    assert!(in_full(&error).contains(&format!("cannot read the credential cache {path}")));
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[test]
fn one_process_refreshes_while_the_others_wait() {
    let place = Place::default();
    let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
    let platform = Platform::new(place.clone(), place.clone());
    let mut first = cache("a").begin(&platform, &context).unwrap();
    let mut second = cache("a").begin(&platform, &context).unwrap();
    let now = place.now();
    let Step::Send(exchange) = first.step(now) else { panic!() };
    let Step::Wait(wait) = second.step(now) else { panic!("{second:?}") };
    assert_eq!(wait, Duration::from_millis(100));
    let response = wire().respond(&exchange.request);
    first.receive(response, now);
    assert!(matches!(first.step(now), Step::Done(Ok(_))));
    let Step::Done(Ok(issued)) = second.step(now.after(wait)) else { panic!("{second:?}") };
    assert_eq!(issued.credentials().access_key_id, "AK0");
}

#[test]
fn the_lock_of_a_process_that_hangs_is_ignored_after_half_a_minute() {
    let (wire, place) = (wire(), Place::default());
    process(&wire, &place, cache("a"));
    let path = place.paths()[0].clone();
    place.remove(path.to_str().unwrap());
    let lock = place.try_lock_file(&path.with_extension("lock")).unwrap();
    let before = place.now().monotonic;
    assert_eq!(process(&wire, &place, cache("a")), "AK1");
    assert_eq!(place.now().monotonic.checked_sub(before), Some(Duration::from_secs(30)));
    drop(lock);
}

#[test]
fn a_file_system_that_takes_no_files_does_not_fail_a_refresh() {
    for kind in [io::ErrorKind::ReadOnlyFilesystem, io::ErrorKind::StorageFull] {
        let place = Place::default().with_unwritable_files(kind);
        let cache = cache("a");
        let issued = blocking_client(&wire(), &place).obtain(&cache).unwrap();
        assert_eq!(issued.credentials().access_key_id, "AK0");
        assert!(place.paths().is_empty());
        let fault = cache.write_error().unwrap();
        assert!(fault.starts_with("cannot write /cache/"), "{fault}");
    }
    let place = Place::default().with_unwritable_files(io::ErrorKind::PermissionDenied);
    let error = ask(&client(&wire(), &place).session(cache("a")).unwrap()).unwrap_err();
    assert!(in_full(&error).contains("cannot lock the credential cache"), "{}", in_full(&error));
}

#[test]
fn providers_without_a_key_are_rejected() {
    let (wire, place) = (wire(), Place::default());
    let client = client(&wire, &place);
    let token = IdTokenProvider::from_fn(|| Ok("token".into()));
    let agency = OidcAgency::with_token("iam::a:oidcProvider:p", "iam::a:agency:x", token);
    client.session(FileCache::new(agency, "/cache", "a")).unwrap_err();
    let error = client.session(FileCache::new(EnvironmentVariables, "/cache", "a")).unwrap_err();
    assert!(error.to_string().contains("cannot be cached in a file"), "{error}");
}

#[test]
fn a_file_that_cannot_be_written_does_not_fail_the_refresh() {
    /// An environment whose private files are read-only.
    struct ReadOnly(Place);
    impl Environment for ReadOnly {
        fn read_private_file(&self, path: &std::path::Path) -> io::Result<Body> {
            self.0.read_private_file(path)
        }
        fn write_private_file(&self, _: &std::path::Path, _: &Body) -> io::Result<()> {
            Err(io::ErrorKind::ReadOnlyFilesystem.into())
        }
        fn try_lock_file(
            &self,
            path: &std::path::Path,
        ) -> io::Result<Option<sts_client::FileLock>> {
            self.0.try_lock_file(path)
        }
    }
    let place = Place::default();
    let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
    let platform = Platform::new(place.clone(), ReadOnly(place.clone()));
    let cache = cache("a");
    let mut refresh = cache.begin(&platform, &context).unwrap();
    let now = place.now();
    let Step::Send(exchange) = refresh.step(now) else { panic!() };
    refresh.receive(wire().respond(&exchange.request), now);
    assert!(matches!(refresh.step(now), Step::Done(Ok(_))));
    assert!(cache.write_error().unwrap().starts_with("cannot write /cache/"));
}

#[test]
fn the_files_of_a_cache_are_known_by_their_names() {
    let (wire, place) = (wire(), Place::default());
    process(&wire, &place, cache("a"));
    let path = place.paths()[0].clone();
    let named = |end: &str| CacheFile::of(&path.with_extension(end));
    assert_eq!(named("json"), Some(CacheFile::Credentials));
    assert_eq!(named("lock"), Some(CacheFile::Lock));
    assert_eq!(named("json.17-0.tmp"), Some(CacheFile::Temporary));
    let lock = path.with_extension("lock");
    for end in ["json", "lock", "json.17-0.tmp"] {
        assert_eq!(CacheFile::lock_of(&path.with_extension(end)).as_ref(), Some(&lock), "{end}");
    }
    for end in ["", "txt", "json~", "tmp.json"] {
        assert_eq!(named(end), None, "{end}");
    }
    let key = path.file_stem().unwrap().to_str().unwrap();
    for name in ["", "notes.json", ".json", &format!("{key}A.json"), &format!("{}.json", &key[1..])]
    {
        assert_eq!(CacheFile::of(Path::new(name)), None, "{name}");
        assert_eq!(CacheFile::lock_of(Path::new(name)), None, "{name}");
    }
}

#[test]
fn an_entry_describes_a_file_without_its_secrets() {
    let (wire, place) = (wire(), Place::default());
    process(&wire, &place, cache("a"));
    let path = place.paths()[0].clone();
    let entry = CacheEntry::read(&place, &path).unwrap();
    assert_eq!(entry.label.as_deref(), Some("iam::a:agency:x/session"));
    assert_eq!(entry.access_key_id, "AK0");
    assert_eq!(entry.expiration, START + Duration::from_secs(3600));

    let path_text = path.to_str().unwrap();
    let temporary = r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"PLANTED",
        "Expiration":"2026-03-05T08:08:09Z","Label":LABEL}"#;
    for (label, expected) in [("\"a\"", Some("a")), ("null", None), ("1", None)] {
        place.write(path_text, &temporary.replace("LABEL", label));
        assert_eq!(CacheEntry::read(&place, &path).unwrap().label.as_deref(), expected);
    }
    place.write(path_text, &temporary.replace("LABEL", r#""\u001b[2J""#));
    assert_eq!(CacheEntry::read(&place, &path).unwrap().label, None, "it could control a terminal");

    for content in
        ["", "PLANTED", r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"PLANTED"}"#]
    {
        place.write(path_text, content);
        let error = CacheEntry::read(&place, &path).unwrap_err();
        assert!(error.to_string().starts_with(&format!("credential cache {path_text}: ")));
        assert!(!in_full(&error).contains("PLANTED"));
    }
    place.remove(path_text);
    let error = CacheEntry::read(&place, &path).unwrap_err();
    assert!(error.to_string().starts_with("cannot read the credential cache"), "{error}");
}
