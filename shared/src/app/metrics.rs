//! What operators count: a line of CloudWatch's embedded metric format for each request or record, beside the log's.
//! docs/operations.md says what each metric counts and who watches it.

use std::io::Write;
use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use metrique_writer::format::Format;
use metrique_writer::{Entry, Unit};
use metrique_writer_format_emf::{Emf, MetricDefinition, MetricDirective};

/// What is counted where it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// A wrong PIN that locks the PIN.
    Lockout,
    /// A phone that became a device.
    Activation,
    /// A scan that worked: the integrator received claims, or the holder is asked.
    Redemption,
    /// An e-mail that SES did not take.
    RefusedEmail,
    /// Faces that were compared, by what that suggests.
    FaceMatch,
    FaceReview,
    FaceNoMatch,
    /// An approval of a selfie that does not match.
    ApprovalAgainstScore,
    /// A resident who has registered and is not in the registry any more.
    MissingResident,
    /// A holder who was asked and does not know who asked.
    HolderReport,
    /// A notice that no integrator took for a day.
    NoticeGivenUp,
}

/// How a request or a record ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// The problem that was answered, by its name.
    pub problem: Option<&'static str>,
    /// Whether something that the function depends on failed for good.
    pub dependency_failed: bool,
    /// Whether a record's work will never be done.
    pub given_up: bool,
}

/// Counts until a request is over, and writes its line then.
pub(super) struct Metrics {
    stage: String,
    counted: Mutex<Vec<Counter>>,
    /// The integrator that a holder reported.
    reported: Mutex<Option<String>>,
    lines: Mutex<Lines>,
}

struct Lines {
    /// For an answer.
    plain: Emf,
    /// For a refusal, counted by its problem as well.
    by_problem: Emf,
    /// For a missing resident, counted for all functions together as well: one alarm watches them, whichever function meets it.
    of_all_functions: Emf,
    /// For a holder's report, counted by the integrator as well.
    by_client: Emf,
    out: Box<dyn Write + Send>,
}

/// A line: what is counted, and the dimensions that it is counted by.
#[derive(Entry)]
#[entry(rename_all = "PascalCase")]
struct Line<'line> {
    #[entry(timestamp)]
    at: SystemTime,
    stage: &'line str,
    function: &'line str,
    problem: Option<&'static str>,
    client: Option<&'line str>,
    requests: u32,
    refusals: Option<u32>,
    dependency_failures: Option<u32>,
    records_given_up: Option<u32>,
    lockouts: Option<u32>,
    activations: Option<u32>,
    redemptions: Option<u32>,
    emails_refused: Option<u32>,
    face_matches: Option<u32>,
    face_reviews: Option<u32>,
    face_no_matches: Option<u32>,
    approvals_against_score: Option<u32>,
    missing_residents: Option<u32>,
    holder_reports: Option<u32>,
    notices_given_up: Option<u32>,
}

impl Metrics {
    pub fn new(stage: String, out: Box<dyn Write + Send>) -> Self {
        const NAMESPACE: &str = "IdentitasDigital";

        let format = || {
            let dimensions = ["Stage", "Function"].map(str::to_owned).to_vec();
            Emf::builder(NAMESPACE.to_owned(), vec![dimensions])
        };
        let also = |name, dimensions: &[&'static str]| MetricDirective {
            dimensions: vec![dimensions.to_vec()],
            metrics: vec![MetricDefinition { name, unit: Unit::None, storage_resolution: None }],
            namespace: NAMESPACE,
        };
        let by_problem = || format().directive(also("Refusals", &["Stage", "Function", "Problem"]));
        let lines = Lines {
            plain: format().build(),
            by_problem: by_problem().build(),
            of_all_functions: by_problem().directive(also("MissingResidents", &["Stage"])).build(),
            by_client: by_problem().directive(also("HolderReports", &["Stage", "Client"])).build(),
            out,
        };
        Self { stage, counted: Mutex::default(), reported: Mutex::default(), lines: Mutex::new(lines) }
    }

    pub fn count(&self, counter: Counter) {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).push(counter);
    }

    /// Counts a holder's report of an integrator.
    pub fn count_report(&self, client_id: &str) {
        *self.reported.lock().unwrap_or_else(PoisonError::into_inner) = Some(client_id.to_owned());
        self.count(Counter::HolderReport);
    }

    /// Writes the line of a request that is over, with what was counted since the one before. A line that cannot be
    /// written is lost; its request is not.
    pub fn write(&self, function: &str, outcome: Outcome, at: Timestamp) {
        let counted = mem::take(&mut *self.counted.lock().unwrap_or_else(PoisonError::into_inner));
        let reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner).take();
        let times =
            |counter| u32::try_from(counted.iter().filter(|one| **one == counter).count()).ok().filter(|n| *n > 0);
        let line = Line {
            at: at.into(),
            stage: &self.stage,
            function,
            problem: outcome.problem,
            client: reported.as_deref(),
            requests: 1,
            refusals: outcome.problem.map(|_| 1),
            dependency_failures: outcome.dependency_failed.then_some(1),
            records_given_up: outcome.given_up.then_some(1),
            lockouts: times(Counter::Lockout),
            activations: times(Counter::Activation),
            redemptions: times(Counter::Redemption),
            emails_refused: times(Counter::RefusedEmail),
            face_matches: times(Counter::FaceMatch),
            face_reviews: times(Counter::FaceReview),
            face_no_matches: times(Counter::FaceNoMatch),
            approvals_against_score: times(Counter::ApprovalAgainstScore),
            missing_residents: times(Counter::MissingResident),
            holder_reports: times(Counter::HolderReport),
            notices_given_up: times(Counter::NoticeGivenUp),
        };
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let Lines { plain, by_problem, of_all_functions, by_client, out } = &mut *lines;
        let format = match (line.missing_residents, line.client, outcome.problem) {
            (Some(_), _, _) => of_all_functions,
            (None, Some(_), _) => by_client,
            (None, None, Some(_)) => by_problem,
            (None, None, None) => plain,
        };
        let mut written = Vec::new();
        // One write, so that lines of requests answered at once do not mix.
        let result = format.format(&line, &mut written).map_err(|error| error.to_string());
        if let Err(cause) = result.and_then(|()| out.write_all(&written).map_err(|error| error.to_string())) {
            tracing::warn!(target: "ikd", function, cause, "a metric is lost");
        }
    }
}
