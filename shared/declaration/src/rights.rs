//! What a function may do to AWS: actions on tables and their indexes, and the few calls beside them.

/// One right, which becomes one statement of the function's policy.
#[derive(Clone, Copy, Debug)]
pub enum Right {
    /// Actions of DynamoDB on the items of a table. Writes in a transaction need the actions of their parts.
    On(Table, &'static [&'static str]),
    /// A query of an index of a table.
    Query(Table, &'static str),
    /// Actions of Rekognition, which have no resource. Granted only where the deployment compares faces with it.
    Rekognition(&'static [&'static str]),
    /// E-mails from the service's address.
    SendEmail,
}

/// A DynamoDB table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The population registry.
    Residents,
    /// Holders, registrations and devices.
    Identities,
    Selfies,
    QrCodes,
    Receipts,
    Signatures,
    /// Orders to finish an erasure.
    Erasures,
    /// Prints that were issued.
    Documents,
    /// What was used once: proofs, captchas, assertions.
    Challenges,
    /// Orders to send an e-mail.
    Outbox,
    Integrators,
    /// What integrators are to be told.
    Notices,
}

impl Table {
    /// The table's name in the template.
    pub const fn logical_id(self) -> &'static str {
        match self {
            Self::Residents => "Residents",
            Self::Identities => "Identities",
            Self::Selfies => "Selfies",
            Self::QrCodes => "QrCodes",
            Self::Receipts => "Receipts",
            Self::Signatures => "Signatures",
            Self::Erasures => "Erasures",
            Self::Documents => "Documents",
            Self::Challenges => "Challenges",
            Self::Outbox => "Outbox",
            Self::Integrators => "Integrators",
            Self::Notices => "Notices",
        }
    }

    /// The end of the table's name in DynamoDB, after the deployment's prefix.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Identities => "identities",
            Self::Selfies => "selfies",
            Self::QrCodes => "qr_codes",
            Self::Receipts => "receipts",
            Self::Signatures => "signatures",
            Self::Erasures => "erasures",
            Self::Documents => "documents",
            Self::Challenges => "challenges",
            Self::Outbox => "outbox",
            Self::Integrators => "integrators",
            Self::Notices => "notices",
        }
    }
}
