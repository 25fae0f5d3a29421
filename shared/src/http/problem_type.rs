//! The closed catalogue of problems: nothing else decides a status code or what a resident reads about a failure.

use http::StatusCode;

use crate::domain::text::Text;

/// Declares every problem once: its URI's last part, its status, its title, and its detail in both languages.
macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident = $status:literal $slug:literal $title:literal, $id:literal, $en:literal;)+) => {
        /// A kind of problem that a caller can meet.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemType {
            $($(#[$doc])* $name,)+
        }

        impl ProblemType {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The last part of the problem's URI, `<public URL>/problems/<slug>`.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)+ }
            }

            pub fn status(self) -> StatusCode {
                let code: u16 = match self { $(Self::$name => $status,)+ };
                StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }

            /// The problem's name in English, the same at every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// What the person concerned reads.
            pub fn detail(self) -> Text {
                match self { $(Self::$name => Text { id: $id, en: $en },)+ }
            }
        }
    };
}

catalogue! {
    MalformedRequest = 400 "malformed-request" "Malformed request",
        "Permintaan tidak dapat dibaca.", "The request cannot be read.";
    NotFound = 404 "not-found" "Not found",
        "Yang diminta tidak ada.", "What was asked for does not exist.";
    NotAcceptable = 406 "not-acceptable" "Not acceptable",
        "Bentuk yang diminta tidak tersedia.", "What was asked for is not available in that format.";
    BodyTooLarge = 413 "body-too-large" "Body too large",
        "Isi permintaan terlalu besar.", "The request's body is too large.";
    UnsupportedMediaType = 415 "unsupported-media-type" "Unsupported media type",
        "Jenis isi permintaan tidak dilayani.", "The body's media type is not served here.";
    ValidationFailed = 422 "validation-failed" "Validation failed",
        "Beberapa isian belum benar.", "Some of the values are not right.";
    ServiceUnavailable = 503 "service-unavailable" "Service unavailable",
        "Layanan sedang terganggu. Kirim lagi permintaan yang sama sebentar lagi.",
        "The service is disturbed. Send the same request again in a moment.";

    MissingToken = 401 "missing-token" "Authentication required",
        "Masuk terlebih dahulu.", "Log in first.";
    InvalidToken = 401 "invalid-token" "Invalid access token",
        "Token akses tidak berlaku. Masuk kembali.", "The access token is not valid. Log in again.";
    InvalidDpopProof = 401 "invalid-dpop-proof" "Invalid DPoP proof",
        "Bukti kunci perangkat tidak berlaku.", "The proof of the device key is not valid.";
    DpopProofReplayed = 401 "dpop-proof-replayed" "DPoP proof used before",
        "Bukti kunci perangkat sudah pernah dipakai.", "The proof of the device key was used before.";
    SessionEnded = 401 "session-ended" "Session ended",
        "Sesi telah berakhir. Masuk kembali.", "The session has ended. Log in again.";
    PinChangeRequired = 403 "pin-change-required" "PIN change required",
        "Ubah PIN terlebih dahulu: PIN masih kode aktivasi.",
        "Change the PIN first: it is still the activation code.";
    NotAnOfficer = 403 "not-an-officer" "Not an officer",
        "Hanya petugas yang dapat melakukan ini.", "Only officers can do this.";
    DeviceBlocked = 403 "device-blocked" "Device blocked",
        "Perangkat ini telah diblokir. Aktifkan perangkat baru di kantor.",
        "This device has been blocked. Have a new device activated at the office.";

    /// Every refusal for a registry reason looks like this one, so that nobody learns a resident's circumstances.
    NotEligible = 422 "not-eligible" "Registration not possible",
        "Data tidak dapat diverifikasi. Periksa NIK atau datangi kantor Dinas Kependudukan dan Pencatatan Sipil.",
        "The data cannot be verified. Check the NIK or visit the civil registry office.";
    KeyAlreadyBound = 409 "key-already-bound" "Key already bound",
        "Kunci ini sudah terikat pada perangkat. Buat kunci baru dan daftar lagi.",
        "This key is bound to a device already. Make a new key and register again.";
    TicketUnknown = 404 "ticket-unknown" "Unknown ticket",
        "QR pendaftaran ini tidak dikenal.", "This registration QR code is not known.";
    TicketExpired = 410 "ticket-expired" "Ticket expired",
        "QR pendaftaran sudah kedaluwarsa. Buka Cek Status di ponsel untuk QR baru.",
        "The registration QR code has expired. Open Cek Status on the phone for a new one.";
    RegistrationEnded = 409 "registration-ended" "Registration ended",
        "Pendaftaran ini sudah berakhir karena pendaftaran lain disetujui.",
        "This registration has ended because another one was approved.";
    AlreadyDecided = 409 "already-decided" "Already decided",
        "Pendaftaran ini sudah diputuskan berbeda.", "This registration was decided otherwise before.";
    DeviceAlreadyActive = 409 "device-already-active" "Another device is active",
        "Penduduk ini memiliki perangkat aktif. Setujui dengan penggantian perangkat.",
        "This resident has an active device. Approve with its replacement.";
    NotApproved = 409 "not-approved" "Registration not approved",
        "Pendaftaran ini tidak sedang menunggu aktivasi.", "This registration is not waiting for activation.";
    AnotherRegistrationWaits = 409 "another-registration-waits" "Another registration waits",
        "Pendaftaran perangkat lain sudah disetujui dan menunggu aktivasi.",
        "The registration of another phone has been approved and waits for its activation.";
    TooManyEmails = 429 "too-many-emails" "Too many activation e-mails",
        "Surel aktivasi baru saja dikirim. Tunggu sebentar, periksa juga folder spam.",
        "An activation e-mail was sent a moment ago. Wait a while and look into the spam folder, too.";
    EmailsUsedUp = 409 "emails-used-up" "Activation e-mails used up",
        "Surel aktivasi sudah dikirim terlalu sering. Daftar ulang atau datangi kantor.",
        "Activation e-mails were sent too often. Register again or visit the office.";

    LinkDead = 404 "link-dead" "Activation link not valid",
        "Tautan aktivasi ini tidak berlaku. Pakai tautan dari surel terbaru.",
        "This activation link is not valid. Use the one from the latest e-mail.";
    CodeExpired = 410 "activation-code-expired" "Activation code expired",
        "Kode aktivasi sudah kedaluwarsa. Minta kode baru di aplikasi.",
        "The activation code has expired. Ask for a new one in the app.";
    CodeTriesUsedUp = 409 "activation-tries-used-up" "Activation tries used up",
        "Kode aktivasi terlalu sering salah. Minta kode baru di aplikasi.",
        "The activation code was wrong too often. Ask for a new one in the app.";
    CodeWrong = 422 "activation-code-wrong" "Wrong activation code",
        "Kode aktivasi salah.", "The activation code is wrong.";
    CaptchaWrong = 422 "captcha-wrong" "Wrong captcha",
        "Captcha salah. Coba dengan gambar baru.", "The captcha is wrong. Try a new picture.";
    CaptchaExpired = 410 "captcha-expired" "Captcha expired or used",
        "Captcha sudah kedaluwarsa atau sudah dipakai. Coba dengan gambar baru.",
        "The captcha has expired or was used. Try a new picture.";
    TooManyCaptchas = 429 "too-many-captchas" "Too many wrong captchas",
        "Captcha terlalu sering salah. Tunggu sebelum mencoba lagi.",
        "The captcha was wrong too often. Wait before you try again.";

    /// A wrong PIN and a phone that nobody activated look the same.
    InvalidCredentials = 401 "invalid-credentials" "Login refused",
        "PIN salah atau perangkat tidak dikenal.", "The PIN is wrong or the device is not known.";
    PinLocked = 423 "pin-locked" "PIN locked",
        "PIN terlalu sering salah. Tunggu sebelum mencoba lagi.",
        "The PIN was wrong too often. Wait before you try again.";
    PinLockedByOffice = 423 "pin-locked-until-office" "PIN locked until the office unlocks it",
        "PIN terlalu sering salah. Datangi kantor agar petugas membukanya.",
        "The PIN was wrong too often. Visit the office, where an officer unlocks it.";
    Contended = 409 "concurrent-requests" "Concurrent requests",
        "Permintaan lain mendahului yang ini. Coba lagi.", "Another request was faster than this one. Try again.";

    QrUnknown = 404 "qr-code-unknown" "Unknown QR code",
        "Kode QR ini tidak dikenal.", "This QR code is not known.";
    QrExpired = 410 "qr-code-expired" "QR code expired",
        "Kode QR sudah kedaluwarsa. Minta pemilik menampilkan yang baru.",
        "The QR code has expired. Ask the holder to show a new one.";
    QrUsed = 410 "qr-code-used" "QR code already used",
        "Kode QR sudah dipakai. Minta pemilik menampilkan yang baru.",
        "The QR code was used before. Ask the holder to show a new one.";
    QrSuperseded = 410 "qr-code-superseded" "QR code superseded",
        "Kode QR sudah diganti yang lebih baru. Pindai yang sedang ditampilkan.",
        "The QR code was replaced by a newer one. Scan the one that is shown now.";
    QrDeviceBlocked = 410 "qr-code-device-blocked" "QR code of a blocked device",
        "Perangkat pemilik kode QR ini telah diblokir. Jangan terima.",
        "The device that showed this QR code has been blocked. Do not accept it.";
    HolderNotEligible = 403 "holder-not-eligible" "Identity no longer valid",
        "Identitas pemilik tidak lagi berlaku.", "The holder's identity is no longer valid.";
    NoSharedClaims = 403 "no-shared-claims" "No shared claims",
        "Kode QR ini tidak memuat data yang boleh Anda lihat. Kode belum terpakai.",
        "The QR code holds no data that you may see. It is not used up.";
    PurposeNotAllowed = 403 "purpose-not-allowed" "Purpose not allowed",
        "Tujuan ini tidak terdaftar untuk instansi Anda.", "This purpose is not registered for your organisation.";
    IntegratorDisabled = 403 "integrator-disabled" "Integrator disabled",
        "Akses instansi Anda dinonaktifkan.", "Your organisation's access is disabled.";
    IdempotencyKeyReused = 422 "idempotency-key-reused" "Idempotency-Key reused",
        "Idempotency-Key ini sudah dipakai untuk permintaan lain.",
        "This Idempotency-Key was used for another request.";

    NoDevice = 404 "no-device" "No device",
        "Tidak ada perangkat untuk NIK ini.", "There is no device of this NIK.";

    HolderDeceased = 403 "holder-deceased" "Holder deceased",
        "Menurut data kependudukan, pemilik identitas ini telah meninggal. Hubungi kantor bila ini keliru.",
        "The registry has the holder of this identity as deceased. Turn to the office if that is wrong.";
    HolderMoved = 403 "holder-moved" "Holder moved away",
        "Menurut data kependudukan, Anda telah pindah. Aktifkan identitas digital di kantor tempat tinggal Anda.",
        "The registry has you as moved away. Have your digital identity activated at the office where you live.";
    NoDocument = 404 "no-document" "No such document on record",
        "Instansi ini tidak memiliki catatan tentang Anda.", "This agency has nothing on record of you.";

    /// RFC 6749, section 5.2: `invalid_request`.
    TokenRequestInvalid = 400 "invalid-request" "Invalid token request",
        "Permintaan token tidak lengkap.", "The token request is incomplete.";
    /// RFC 6749, section 5.2: `unsupported_grant_type`.
    UnsupportedGrantType = 400 "unsupported-grant-type" "Unsupported grant type",
        "Hanya client_credentials yang dilayani.", "Only client_credentials is served.";
    /// RFC 6749, section 5.2: `invalid_scope`.
    InvalidScope = 400 "invalid-scope" "Invalid scope",
        "Cakupan yang diminta tidak dilayani.", "The scope asked for is not served.";
    /// RFC 6749, section 5.2: `invalid_client`.
    InvalidClient = 401 "invalid-client" "Invalid client",
        "Instansi tidak dapat dibuktikan.", "The client could not be authenticated.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_problem_has_a_uri_of_its_own_and_a_status_of_a_failure() {
        let slugs: HashSet<_> = ProblemType::ALL.iter().map(|problem| problem.slug()).collect();
        assert_eq!(slugs.len(), ProblemType::ALL.len());
        for problem in ProblemType::ALL {
            assert!(problem.status().is_client_error() || problem.status() == StatusCode::SERVICE_UNAVAILABLE);
        }
    }
}
