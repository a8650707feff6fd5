//! Session policies for object storage.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

use serde_json::{Value, json};
use sts_client::pool::{InvalidObsPolicy, ObsPolicy};
use sts_proto::{AssumeAgency, Operation};

fn parsed(policy: &ObsPolicy) -> Value {
    serde_json::from_str(&policy.to_json().unwrap()).unwrap()
}

#[test]
fn each_kind_of_access_is_one_statement() {
    let policy = ObsPolicy::new()
        .read("lake", "tables/orders/")
        .read("lake", "tables/users/")
        .read_object("lake", "catalog.json")
        .list("lake", "tables/orders/")
        .list("staging", "")
        .write("staging", "")
        .delete("staging", "tmp/");
    let allow = |actions: &[&str], resources: &[&str]| json!({"Effect": "Allow", "Action": actions, "Resource": resources});
    let mut listing = allow(&["obs:bucket:listBucket"], &["obs:*:*:bucket:lake"]);
    listing["Condition"] = json!({"StringMatch": {"obs:prefix": ["tables/orders/*"]}});
    let reading = allow(
        &["obs:object:getObject"],
        &[
            "obs:*:*:object:lake/tables/orders/*",
            "obs:*:*:object:lake/tables/users/*",
            "obs:*:*:object:lake/catalog.json",
        ],
    );
    let writing = allow(
        &[
            "obs:object:putObject",
            "obs:object:abortMultipartUpload",
            "obs:object:listMultipartUploadParts",
        ],
        &["obs:*:*:object:staging/*"],
    );
    let statements = [
        reading,
        listing,
        allow(&["obs:bucket:listBucket"], &["obs:*:*:bucket:staging"]),
        writing,
        allow(&["obs:object:deleteObject"], &["obs:*:*:object:staging/tmp/*"]),
    ];
    assert_eq!(parsed(&policy), json!({"Version": "5.0", "Statement": statements}));
}

#[test]
fn text_that_would_change_the_scope_is_rejected() {
    let error = |policy: ObsPolicy| policy.to_json().unwrap_err();
    assert_eq!(error(ObsPolicy::new()), InvalidObsPolicy::Empty);
    for prefix in ["*/", "tenant-?/", "${g:UserName}/", "a\n/"] {
        let expected = InvalidObsPolicy::Wildcard(prefix.to_owned());
        for policy in [
            ObsPolicy::new().read("lake", prefix),
            ObsPolicy::new().write("lake", prefix),
            ObsPolicy::new().delete("lake", prefix),
            ObsPolicy::new().list("lake", prefix),
            ObsPolicy::new().read_object("lake", prefix),
        ] {
            // An error stays, whatever is added later.
            assert_eq!(error(policy.read("lake", "tables/")), expected);
        }
    }
    let prefix = ObsPolicy::new().read("lake", "tables/orders");
    assert_eq!(error(prefix), InvalidObsPolicy::Prefix("tables/orders".to_owned()));
    for bucket in ["", "ab", "Lake", "lake/other", "lake*", &"a".repeat(64)] {
        let expected = InvalidObsPolicy::Bucket(bucket.to_owned());
        assert_eq!(error(ObsPolicy::new().list(bucket, "")), expected);
        assert_eq!(error(ObsPolicy::new().read_object(bucket, "a")), expected);
    }
    assert_eq!(error(ObsPolicy::new().read_object("lake", "")), InvalidObsPolicy::Key);
}

#[test]
fn quotes_in_a_prefix_stay_in_their_string() {
    let policy = ObsPolicy::new().read("lake", r#"a"],"Action":["obs:*:*/"#);
    let error = policy.to_json().unwrap_err();
    assert!(matches!(error, InvalidObsPolicy::Wildcard(_)), "{error}");
    let policy = ObsPolicy::new().read("lake", r#"a"]}\/"#);
    let resource = &parsed(&policy)["Statement"][0]["Resource"];
    assert_eq!(*resource, json!([r#"obs:*:*:object:lake/a"]}\/*"#]));
}

#[test]
fn the_limit_of_4096_characters_is_that_of_the_service() {
    let with = |length: usize| ObsPolicy::new().read("lake", &format!("{}/", "ä".repeat(length)));
    let rest = with(0).to_json().unwrap().chars().count();
    let largest = with(4096 - rest).to_json().unwrap();
    assert_eq!(largest.chars().count(), 4096);
    AssumeAgency::new("iam::0a1b:agency:a", "name").policy(largest).validate().unwrap();
    let error = with(4097 - rest).to_json().unwrap_err();
    assert_eq!(error, InvalidObsPolicy::TooLarge { characters: 4097 });
    assert!(error.to_string().contains("4097 characters"), "{error}");
}
