//! When a request is to be answered. Work that computes cannot be stopped in the middle, so it starts only if it fits.

use std::time::Duration;

use lambda_http::Request;
use tokio::time::Instant;

use super::problem::Problem;

/// When a request is answered at the latest.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<Instant>);

/// Work that computes for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Decoding the largest picture that is accepted, and encoding it again.
    DrawPicture,
    /// Looking for the faces in a picture.
    FindFaces,
    /// One hash of a PIN, or two one after the other.
    HashPin,
}

impl Work {
    /// The time that is set aside for it, with the memory of its step: see docs/performance.md.
    const fn allowance(self) -> Duration {
        match self {
            Self::DrawPicture => Duration::from_millis(1_500),
            Self::FindFaces => Duration::from_millis(800),
            Self::HashPin => Duration::from_millis(300),
        }
    }
}

impl Deadline {
    pub(super) fn at(end: Instant) -> Self {
        Self(Some(end))
    }

    /// The deadline of a request; one that did not come through [`super::respond`] has none.
    pub fn of(request: &Request) -> Self {
        request.extensions().get().copied().unwrap_or(Self(None))
    }

    /// Refuses work that would not be done in time, before it starts.
    pub fn ensure_fits(self, work: Work) -> Result<(), Problem> {
        if self.fits(work, Instant::now()) {
            Ok(())
        } else {
            Err(Problem::unavailable(format_args!("no time is left for {work:?}")))
        }
    }

    fn fits(self, work: Work, now: Instant) -> bool {
        self.0.is_none_or(|end| now + work.allowance() <= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_starts_as_long_as_it_fits() {
        let (draw, find, hash) = (Work::DrawPicture, Work::FindFaces, Work::HashPin);
        let start = Instant::now();
        let deadline = Deadline(Some(start + Duration::from_secs(4)));
        for (passed, fitting) in [
            (0, [draw, find, hash].as_slice()),
            (2_500, &[draw, find, hash]),
            (2_501, &[find, hash]),
            (3_201, &[hash]),
            (3_701, &[]),
            (9_000, &[]),
        ] {
            let now = start + Duration::from_millis(passed);
            for work in [draw, find, hash] {
                assert_eq!(deadline.fits(work, now), fitting.contains(&work), "{work:?} after {passed} ms");
                assert!(Deadline(None).fits(work, now));
            }
        }
    }
}
