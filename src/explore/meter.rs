//! How much memory the snapshots of a search take.
//!
//! Snapshots share most of what they hold, so the sum is known only after all were looked at, which
//! takes as long as hundreds of steps. In between it is bounded from above: one snapshot of a few is
//! measured by itself, and the others are taken to be like it, less what the last sum has shown to be
//! shared. Only when that bound reaches the limit are all looked at again.

use crate::schedule::Kept;
use crate::value::{Follow, Footprint};

/// One snapshot of so many is measured by itself, or of more where that takes long.
const MEASURED: u64 = 16;

/// So many values are looked at in the time of one step, about.
const VALUES_PER_STEP: u64 = 64;

/// The limit counts as reached a little before it is: to come close to it takes many sums.
const CLOSE_PERCENT: u64 = 97;

/// See the head of the file.
pub(super) struct Meter {
    /// The last sum, and a bound for what the snapshots since then take.
    sum: u64,
    since: u64,
    /// What a snapshot takes by itself.
    alone: u64,
    /// How much of that a snapshot adds to the sum, at most.
    share: f64,
    /// How many snapshots are not measured before the next one that is.
    skip: u64,
}

impl Meter {
    /// No snapshots.
    pub(super) fn new() -> Self {
        Self {
            sum: 0,
            since: 0,
            alone: 0,
            share: 1.0,
            skip: 0,
        }
    }

    /// Notes a further snapshot.
    pub(super) fn add(&mut self, kept: &Kept) {
        if self.skip == 0 {
            let mut footprint = Footprint::new(Follow::Nothing);
            kept.add_to(&mut footprint);
            self.alone = footprint.bytes();
            self.skip = MEASURED.max(footprint.visited() / VALUES_PER_STEP);
        }
        self.skip -= 1;
        // What its run holds by itself is not shared with the one that was measured.
        let alone = self.alone.max(kept.held());
        self.since += (alone as f64 * self.share) as u64;
    }

    /// Whether `all` snapshots, and `others` bytes besides them, reach the limit.
    pub(super) fn reaches<'k>(
        &mut self,
        limit: u64,
        others: u64,
        all: impl Iterator<Item = &'k Kept>,
    ) -> bool {
        let most = |meter: &Self| meter.sum.saturating_add(meter.since).saturating_add(others);
        // The first sum comes early: it tells how much is shared.
        let due = if self.sum == 0 { limit / 2 } else { limit };
        if most(self) < due {
            return false;
        }
        let mut footprint = Footprint::new(Follow::Nothing);
        let mut count = 0;
        for kept in all {
            kept.add_to(&mut footprint);
            count += 1;
        }
        (self.sum, self.since) = (footprint.bytes(), 0);
        // Twice what it was on average, should those to come share less.
        let alone = (self.alone * count).max(1) as f64;
        self.share = (2.0 * self.sum as f64 / alone).min(1.0);
        most(self) >= limit / 100 * CLOSE_PERCENT
    }

    /// About what the snapshots take: the bound assumes twice of what they added so far.
    pub(super) fn bytes(&self) -> u64 {
        self.sum + self.since / 2
    }
}
