//! Hands one message to Amazon SES and separates final refusals from failures to retry.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::SdkError;
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message as SesMessage, MessageTag};

use super::sender::Sender;
use crate::aws::describe_failure;
use crate::domain::Id;
use crate::domain::contact::Email;
use crate::domain::secret::unprintable;

/// One mail, in plain text and in HTML.
pub struct Message {
    pub subject: String,
    pub text: String,
    pub html: String,
}

unprintable!(Message);

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Sending the same again is pointless: the address or the content is refused.
    #[error("SES refused the message: {0}")]
    Refused(String),
    /// Throttled, paused, or out of reach: to be repeated.
    #[error("SES is unavailable: {0}")]
    Unavailable(String),
}

/// Sends through SES, version 2.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    sender: Sender,
    /// Through which SES publishes what becomes of a mail.
    configuration_set: Option<String>,
}

/// The names of the tags that a mail carries for SES and its events; its reader does not see them.
pub mod tags {
    pub const REGISTRATION: &str = "registration";
    pub const GENERATION: &str = "generation";
}

/// What a mail is tagged with: whose it is, without saying who that is.
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a> {
    pub registration: &'a Id,
    pub generation: u32,
}

impl Tags<'_> {
    fn to_ses(self) -> Result<Vec<MessageTag>, MailError> {
        let tag = |name: &str, value: &str| MessageTag::builder().name(name).value(value).build();
        [tag(tags::REGISTRATION, self.registration.as_str()), tag(tags::GENERATION, &self.generation.to_string())]
            .into_iter()
            .map(|tag| tag.map_err(|error| MailError::Refused(error.to_string())))
            .collect()
    }
}

impl Mailer {
    pub fn new(client: Client, sender: Sender, configuration_set: Option<String>) -> Self {
        Self { client, sender, configuration_set }
    }

    pub async fn send(&self, to: &Email, message: &Message, tags: Tags<'_>) -> Result<(), MailError> {
        let content = |text: &str| {
            Content::builder()
                .data(text)
                .charset("UTF-8")
                .build()
                .map_err(|error| MailError::Refused(error.to_string()))
        };
        let body = Body::builder().text(content(&message.text)?).html(content(&message.html)?).build();
        let simple = SesMessage::builder().subject(content(&message.subject)?).body(body).build();
        self.client
            .send_email()
            .from_email_address(self.sender.to_string())
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(EmailContent::builder().simple(simple).build())
            .set_configuration_set_name(self.configuration_set.clone())
            .set_email_tags(Some(tags.to_ses()?))
            .send()
            .await
            .map_err(|error| classify(error, to, &self.sender.address))?;
        Ok(())
    }
}

/// Only the error's code is passed on: SES repeats addresses in its messages.
#[expect(clippy::needless_pass_by_value, reason = "map_err hands errors over by value")]
fn classify<R>(error: SdkError<SendEmailError, R>, to: &Email, from: &Email) -> MailError {
    /// How SES begins to say that the sender is not verified, or the addressee where the account is in the sandbox; then
    /// it lists which (Amazon SES Developer Guide, "Email sending errors").
    const UNVERIFIED: &str = "Email address is not verified";

    // An addressee whom the sandbox does not know must not hold up those behind it.
    let passes = |message: &str| {
        message.starts_with(UNVERIFIED) && (message.contains(from.as_str()) || !message.contains(to.as_str()))
    };
    let failure = describe_failure(&error);
    match error.as_service_error() {
        // These concern this message. Everything else concerns the account or the moment, and passes.
        Some(SendEmailError::MessageRejected(rejected)) if !rejected.message().is_some_and(passes) => {
            MailError::Refused(failure)
        }
        Some(SendEmailError::BadRequestException(_)) => MailError::Refused(failure),
        _ => MailError::Unavailable(failure),
    }
}
