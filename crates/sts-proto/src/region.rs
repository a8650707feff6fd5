//! Regions in which STS is available.

use std::borrow::Cow;
use std::str::FromStr;

use crate::error::text;
use crate::text_type::text_type;

/// Maximum length of the rejected text in an error, in bytes.
const SHOWN_LIMIT: usize = 64;

/// A region of the cloud, as in `cn-north-4`.
///
/// The constants are the regions in the STS tables of the official SDKs. STS is available in
/// others too, under the same host pattern, so [`Region::new`] accepts any id of the right form.
/// A default region does not exist: requests must not go to a part of the world that the caller
/// did not choose. With serde, a region is a string.
///
/// ```
/// use sts_proto::Region;
///
/// let region: Region = "la-north-2".parse()?;
/// assert_eq!(region.as_str(), "la-north-2");
/// assert!(Region::new("Beijing").is_err());
/// assert_eq!(Region::CN_NORTH_4.to_string(), "cn-north-4");
/// # Ok::<(), sts_proto::InvalidRegion>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(Cow<'static, str>);

impl Region {
    /// CN North-Beijing4.
    pub const CN_NORTH_4: Self = Self::known("cn-north-4");
    /// CN South-Guangzhou.
    pub const CN_SOUTH_1: Self = Self::known("cn-south-1");
    /// CN East-Shanghai1.
    pub const CN_EAST_3: Self = Self::known("cn-east-3");
    /// CN Southwest-Guiyang1.
    pub const CN_SOUTHWEST_2: Self = Self::known("cn-southwest-2");
    /// CN-Hong Kong.
    pub const AP_SOUTHEAST_1: Self = Self::known("ap-southeast-1");
    /// AP-Bangkok.
    pub const AP_SOUTHEAST_2: Self = Self::known("ap-southeast-2");
    /// AP-Singapore.
    pub const AP_SOUTHEAST_3: Self = Self::known("ap-southeast-3");
    /// AP-Jakarta.
    pub const AP_SOUTHEAST_4: Self = Self::known("ap-southeast-4");
    /// LA-Sao Paulo1.
    pub const SA_BRAZIL_1: Self = Self::known("sa-brazil-1");
    /// LA-Santiago.
    pub const LA_SOUTH_2: Self = Self::known("la-south-2");
    /// AF-Johannesburg.
    pub const AF_SOUTH_1: Self = Self::known("af-south-1");
    /// TR-Istanbul.
    pub const TR_WEST_1: Self = Self::known("tr-west-1");

    /// The regions that all official SDKs list for STS.
    pub const KNOWN: &'static [Self] = &[
        Self::CN_NORTH_4,
        Self::CN_SOUTH_1,
        Self::CN_EAST_3,
        Self::CN_SOUTHWEST_2,
        Self::AP_SOUTHEAST_1,
        Self::AP_SOUTHEAST_2,
        Self::AP_SOUTHEAST_3,
        Self::AP_SOUTHEAST_4,
        Self::SA_BRAZIL_1,
        Self::LA_SOUTH_2,
        Self::AF_SOUTH_1,
        Self::TR_WEST_1,
    ];

    const fn known(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// Returns the region with this id: an area of at least two letters, one or more words, and a
    /// number of at most three digits, all in lower case and joined by hyphens.
    ///
    /// # Errors
    ///
    /// Returns an error if the id does not have this form.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidRegion> {
        let id = id.into();
        if is_region_id(&id) {
            Ok(Self(Cow::Owned(id)))
        } else {
            Err(InvalidRegion { id: text::printable(&id, SHOWN_LIMIT) })
        }
    }

    /// Returns the id, as in `cn-north-4`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_region_id(id: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    let Some((words, number)) = id.rsplit_once('-') else {
        return false;
    };
    let Some((area, rest)) = words.split_once('-') else {
        return false;
    };
    id.len() <= 63
        && (1..=3).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
        && area.len() >= 2
        && is_word(area)
        && rest.split('-').all(is_word)
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::new(id)
    }
}

text_type!(checked Region);

/// Error returned when parsing a [`Region`] fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid region {id:?}: expected an id such as cn-north-4; give other hosts as an endpoint URL"
)]
pub struct InvalidRegion {
    id: String,
}
