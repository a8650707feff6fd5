//! Many measurements of one thing: the middle, and how far they lie apart.

/// Measurements, one each turn.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// What was counted instead of measured.
    pub fn exactly(value: f64) -> Self {
        Self(vec![value])
    }

    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Whatever slowed a few turns does not move it.
    pub fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// Interruptions, which make some turns slower, do not move it; nor do single turns that are
    /// faster than usual.
    pub fn lower_quartile(&self) -> f64 {
        self.percentile(25)
    }

    /// Half the distance between the quartiles, as a part of the median: half of all turns lie so
    /// close to it.
    pub fn spread(&self) -> f64 {
        (self.percentile(75) - self.percentile(25)) / 2.0 / self.median()
    }

    pub fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        sorted.get((sorted.len() * percent / 100).min(last)).copied().unwrap_or(f64::NAN)
    }

    /// Turn by turn, `self` as a part of `other`.
    pub fn ratios(&self, other: &Self) -> Self {
        self.0.iter().zip(&other.0).map(|(ours, theirs)| ours / theirs).collect()
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl Extend<f64> for Samples {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, values: I) {
        self.0.extend(values);
    }
}
