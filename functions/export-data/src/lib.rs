//! export-data: everything that is held on the holder, in one document (UU PDP, Pasal 7 and 13).

mod declaration;
mod trail;

use std::collections::BTreeMap;

use ikd::access::{authenticate, standing};
use ikd::app::App;
use ikd::domain::activation::Delivery;
use ikd::domain::device::{Device, DeviceState, DeviceStatus};
use ikd::domain::document::{Document, DocumentKind};
use ikd::domain::face::FaceComparison;
use ikd::domain::moment::Moment;
use ikd::domain::registration::{Registration, Status};
use ikd::domain::resident::Resident;
use ikd::domain::signature::{DocumentHash, Signature};
use ikd::domain::{Id, KeyThumbprint};
use ikd::http::{Answer, Function, Problem, Request};
use ikd::store::residents::Photo;
use ikd::views::{Biodata, Receipts};
use serde::Serialize;

use trail::TrailEntry;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(export_data(app, request)));

/// Receipts in one export: API Gateway limits the size of an answer. Older ones are at list-receipts.
const RECEIPTS: i32 = 1_000;

#[derive(Serialize)]
struct Export<'a> {
    exported_at: Moment,
    /// What the population registry has; this service reads it and does not keep it.
    registry: Registry<'a>,
    registrations: Vec<RegistrationView<'a>>,
    devices: Vec<DeviceView<'a>>,
    signatures: Vec<SignatureView<'a>>,
    /// The newest ones; list-receipts has the rest.
    receipts: Receipts,
    /// What was done with the holder's data, oldest first.
    processing_trail: Vec<TrailEntry>,
}

#[derive(Serialize)]
struct Registry<'a> {
    biodata: Biodata<'a>,
    documents: &'a BTreeMap<DocumentKind, Document>,
}

/// A registration of the holder's NIK. Anyone can type a NIK: contact data are shown once an officer has seen that it was
/// the holder who registered.
#[derive(Serialize)]
struct RegistrationView<'a> {
    id: &'a Id,
    registered_at: Moment,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten_at: Option<Moment>,
    /// What the face engine said of the holder's selfie.
    #[serde(skip_serializing_if = "Option::is_none")]
    face: Option<&'a FaceComparison>,
}

#[derive(Serialize)]
struct DeviceView<'a> {
    /// The thumbprint of its public key (RFC 7638).
    key: &'a KeyThumbprint,
    registration: &'a Id,
    activated_at: Moment,
    status: DeviceStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_at: Option<Moment>,
    /// Since when an officer has it as stolen.
    #[serde(skip_serializing_if = "Option::is_none")]
    stolen_since: Option<Moment>,
    /// A PIN is kept as a hash that nobody may see; this says whether it is still the activation code. A blocked device
    /// has none.
    pin_is_first: bool,
    has_session: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code_expires_at: Option<Moment>,
}

#[derive(Serialize)]
struct SignatureView<'a> {
    id: &'a Id,
    document_hash: &'a DocumentHash,
    signed_at: Moment,
    forgotten_at: Moment,
}

pub async fn export_data(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let (nik, now) = (&holder.device.nik, app.now());
    let registry = standing::resident(app, &holder.device, Photo::With);
    let held = async {
        Ok(tokio::try_join!(
            app.store().whole_identity(nik, now),
            app.store().signatures_of(nik, now),
            app.store().chain_head(nik),
            app.store().receipts(nik, None, RECEIPTS, now),
        )?)
    };
    let (resident, (identity, signatures, head, page)) = tokio::try_join!(registry, held)?;
    let export = Export {
        exported_at: now.into(),
        registry: Registry::of(&resident),
        registrations: identity.registrations.iter().map(RegistrationView::of).collect(),
        devices: identity.devices.iter().map(DeviceView::of).collect(),
        signatures: signatures.iter().map(SignatureView::of).collect(),
        receipts: Receipts::of(head, page),
        processing_trail: trail::of(&identity),
    };
    authenticate::disclose(app, &holder, Answer::ok(&export).hidden_from_screenshots()).await
}

impl<'a> Registry<'a> {
    fn of(resident: &'a Resident) -> Self {
        Self { biodata: Biodata::of(resident), documents: &resident.documents }
    }
}

impl<'a> RegistrationView<'a> {
    fn of(registration: &'a Registration) -> Self {
        let approval = registration.approval();
        let is_the_holders = approval.is_some();
        Self {
            id: &registration.id,
            registered_at: registration.registered_at.into(),
            status: registration.state.status(),
            email: is_the_holders.then(|| registration.email.as_str()),
            phone_number: is_the_holders.then(|| registration.phone_number.as_str()),
            delivery: approval.map(|approval| approval.activation.delivery),
            forgotten_at: registration.expires_at().map(Moment::from),
            face: registration.face.as_ref().filter(|_| is_the_holders),
        }
    }
}

impl<'a> DeviceView<'a> {
    fn of(device: &'a Device) -> Self {
        let active = match &device.state {
            DeviceState::Active(active) => Some(active),
            DeviceState::Blocked(_) => None,
        };
        Self {
            key: &device.key,
            registration: &device.registration,
            activated_at: device.activated_at.into(),
            status: device.state.status(),
            blocked_at: device.ended_by().map(|block| block.at.into()),
            stolen_since: device.theft().map(|theft| theft.since.into()),
            pin_is_first: active.is_some_and(|active| active.pin_is_first),
            has_session: active.is_some_and(|active| active.session.is_some()),
            qr_code_expires_at: active.and_then(|active| active.qr_code.as_ref()).map(|code| code.expires_at.into()),
        }
    }
}

impl<'a> SignatureView<'a> {
    fn of(signature: &'a Signature) -> Self {
        Self {
            id: &signature.id,
            document_hash: &signature.document_hash,
            signed_at: signature.signed_at.into(),
            forgotten_at: signature.expires_at.into(),
        }
    }
}
