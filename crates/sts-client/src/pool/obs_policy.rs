//! Session policies for object storage (OBS).

use serde::Serialize;
use thiserror::Error;

/// The largest session policy, in characters.
const LARGEST: usize = 4096;

/// Reading objects.
const READ: &[&str] = &["obs:object:getObject"];
/// Writing objects, at once or in parts.
const WRITE: &[&str] = &[
    "obs:object:putObject",
    "obs:object:abortMultipartUpload",
    "obs:object:listMultipartUploadParts",
];
/// Deleting objects.
const DELETE: &[&str] = &["obs:object:deleteObject"];
/// Listing objects.
const LIST: &[&str] = &["obs:bucket:listBucket"];

/// Session policy for object storage: allows access to parts of buckets, and nothing else.
///
/// A session policy restricts the permissions of the agency; it grants none. It is a document of at
/// most 4096 characters for [`AssumeAgency::policy`](sts_proto::AssumeAgency::policy).
///
/// A place is a bucket and a prefix, which is empty or ends with `/`: without it, access to
/// `tables/orders` would include `tables/orders-of-others/`. For a single object, use
/// [`read_object`](Self::read_object).
///
/// ```
/// use sts_client::pool::ObsPolicy;
///
/// let policy = ObsPolicy::new()
///     .read("lake", "tables/orders/")
///     .list("lake", "tables/orders/")
///     .write("staging", "tenant-42/")
///     .to_json()?;
/// assert!(policy.contains("obs:*:*:object:lake/tables/orders/*"));
/// # Ok::<(), sts_client::pool::InvalidObsPolicy>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObsPolicy {
    statements: Vec<Statement>,
    error: Option<InvalidObsPolicy>,
}

/// Error returned when a session policy for object storage cannot be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidObsPolicy {
    /// The policy allows nothing. The service would apply the permissions of the agency to a
    /// request without a policy, so an empty one is an error.
    #[error("empty OBS session policy; allow reading, listing, writing or deleting objects")]
    Empty,
    /// The name of a bucket is invalid.
    #[error(
        "invalid bucket name {0:?}: expected 3 to 63 lower-case letters, digits, hyphens and dots"
    )]
    Bucket(String),
    /// A prefix does not end with `/`.
    #[error("invalid prefix {0:?}: must be empty or end with \"/\"")]
    Prefix(String),
    /// A prefix or key contains a wildcard, a variable or a control character, which would change
    /// the scope.
    #[error(
        "invalid prefix or key {0:?}: must not contain \"*\", \"?\", \"$\" or control characters"
    )]
    Wildcard(String),
    /// The key of an object is empty.
    #[error("empty object key; use a prefix for all objects of a bucket")]
    Key,
    /// The policy is too large.
    #[error(
        "OBS session policy has {characters} characters, and the limit is 4096; use fewer or \
         shorter prefixes"
    )]
    TooLarge {
        /// The size in characters.
        characters: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Statement {
    #[serde(rename = "Effect")]
    effect: &'static str,
    #[serde(rename = "Action")]
    actions: &'static [&'static str],
    #[serde(rename = "Resource")]
    resources: Vec<String>,
    #[serde(rename = "Condition", skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Condition {
    #[serde(rename = "StringMatch")]
    matches: Prefixes,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Prefixes {
    #[serde(rename = "obs:prefix")]
    prefixes: Vec<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "Version")]
    version: &'static str,
    #[serde(rename = "Statement")]
    statements: &'a [Statement],
}

impl ObsPolicy {
    /// Creates a policy that allows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows reading objects under a prefix of a bucket.
    #[must_use]
    pub fn read(self, bucket: &str, prefix: &str) -> Self {
        self.objects(READ, bucket, prefix)
    }

    /// Allows writing objects under a prefix of a bucket, also in parts.
    #[must_use]
    pub fn write(self, bucket: &str, prefix: &str) -> Self {
        self.objects(WRITE, bucket, prefix)
    }

    /// Allows deleting objects under a prefix of a bucket.
    #[must_use]
    pub fn delete(self, bucket: &str, prefix: &str) -> Self {
        self.objects(DELETE, bucket, prefix)
    }

    /// Allows reading one object.
    #[must_use]
    pub fn read_object(self, bucket: &str, key: &str) -> Self {
        if key.is_empty() {
            return self.fail(InvalidObsPolicy::Key);
        }
        let resource = check_bucket(bucket).and_then(|()| check_text(key));
        self.add(READ, resource.map(|()| format!("obs:*:*:object:{bucket}/{key}")))
    }

    /// Allows listing the objects under a prefix of a bucket. A request has to name the prefix, or
    /// a longer one.
    #[must_use]
    pub fn list(mut self, bucket: &str, prefix: &str) -> Self {
        if let Err(error) = check(bucket, prefix) {
            return self.fail(error);
        }
        let condition = (!prefix.is_empty())
            .then(|| Condition { matches: Prefixes { prefixes: vec![format!("{prefix}*")] } });
        // A statement of its own: the prefixes of one bucket must not apply to another.
        self.statements.push(Statement {
            effect: "Allow",
            actions: LIST,
            resources: vec![format!("obs:*:*:bucket:{bucket}")],
            condition,
        });
        self
    }

    /// Returns the policy as JSON.
    ///
    /// # Errors
    ///
    /// A bucket, prefix or key is invalid; the policy allows nothing, or exceeds 4096 characters.
    pub fn to_json(&self) -> Result<String, InvalidObsPolicy> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        if self.statements.is_empty() {
            return Err(InvalidObsPolicy::Empty);
        }
        let document = Document { version: "5.0", statements: &self.statements };
        // Cannot fail: all keys are strings. An empty text would be rejected by the service.
        let json = serde_json::to_string(&document).unwrap_or_default();
        let characters = json.chars().count();
        if characters > LARGEST {
            return Err(InvalidObsPolicy::TooLarge { characters });
        }
        Ok(json)
    }

    fn objects(self, actions: &'static [&'static str], bucket: &str, prefix: &str) -> Self {
        let resource = check(bucket, prefix);
        self.add(actions, resource.map(|()| format!("obs:*:*:object:{bucket}/{prefix}*")))
    }

    /// Adds a resource to the statement with these actions.
    fn add(
        mut self,
        actions: &'static [&'static str],
        resource: Result<String, InvalidObsPolicy>,
    ) -> Self {
        let resource = match resource {
            Ok(resource) => resource,
            Err(error) => return self.fail(error),
        };
        match self.statements.iter_mut().find(|statement| statement.actions == actions) {
            Some(statement) => statement.resources.push(resource),
            None => self.statements.push(Statement {
                effect: "Allow",
                actions,
                resources: vec![resource],
                condition: None,
            }),
        }
        self
    }

    /// Keeps the first error for [`to_json`](Self::to_json).
    fn fail(mut self, error: InvalidObsPolicy) -> Self {
        self.error.get_or_insert(error);
        self
    }
}

fn check(bucket: &str, prefix: &str) -> Result<(), InvalidObsPolicy> {
    check_bucket(bucket)?;
    if !prefix.is_empty() && !prefix.ends_with('/') {
        return Err(InvalidObsPolicy::Prefix(prefix.to_owned()));
    }
    check_text(prefix)
}

fn check_bucket(bucket: &str) -> Result<(), InvalidObsPolicy> {
    let is_allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    if (3..=63).contains(&bucket.len()) && bucket.bytes().all(is_allowed) {
        Ok(())
    } else {
        Err(InvalidObsPolicy::Bucket(bucket.to_owned()))
    }
}

fn check_text(text: &str) -> Result<(), InvalidObsPolicy> {
    let changes_scope = |character: char| "*?$".contains(character) || character.is_control();
    if text.contains(changes_scope) {
        return Err(InvalidObsPolicy::Wildcard(text.to_owned()));
    }
    Ok(())
}
