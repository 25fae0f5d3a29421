//! The closed catalogue of problems: nothing else decides a status code or what a resident reads about a failure.

use http::StatusCode;

use crate::domain::text::Text;

/// Who reads what is said about a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reader {
    /// Whom the problem concerns: a resident, or an integrator's clerk.
    #[default]
    Concerned,
    /// An officer, who acts for a resident.
    Officer,
}

/// Declares every problem once: its URI's last part, its status, and in both languages its title, its detail, and the detail
/// that officers read where it is another one. `{wait}` in a detail is the time until trying again makes sense.
macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident = $status:literal $slug:literal $title_id:literal / $title_en:literal,
        $id:literal, $en:literal $(, officers: $officers_id:literal, $officers_en:literal)?;)+) => {
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

            /// The problem's name, the same at every occurrence.
            pub fn title(self) -> Text {
                match self { $(Self::$name => Text { id: $title_id, en: $title_en },)+ }
            }

            /// What the person concerned reads.
            pub fn detail(self) -> Text {
                match self { $(Self::$name => Text { id: $id, en: $en },)+ }
            }

            /// What officers read instead.
            pub fn detail_for_officers(self) -> Option<Text> {
                match self {
                    $($(Self::$name => Some(Text { id: $officers_id, en: $officers_en }),)?)+
                    _ => None,
                }
            }
        }
    };
}

catalogue! {
    MalformedRequest = 400 "malformed-request" "Permintaan tidak dapat diproses" / "Malformed request",
        "Permintaan tidak dapat diproses. Perbarui aplikasi, lalu coba lagi.",
        "The request cannot be processed. Update the app, then try again.";
    /// To callers of the API's own address, where something is before it.
    WrongAddress = 403 "wrong-address" "Alamat layanan salah" / "Wrong address",
        "Layanan ini hanya dapat digunakan melalui alamat resminya. Perbarui aplikasi, lalu coba lagi.",
        "This service can only be used through its official address. Update the app, then try again.";
    NotFound = 404 "not-found" "Tidak ditemukan" / "Not found",
        "Data atau halaman tidak ditemukan. Jika Anda sedang mendaftar, masa pendaftaran mungkin sudah berakhir; \
         silakan daftar ulang.",
        "Not found. If you were registering, the time for it may have passed; please register again.",
        officers: "Pendaftaran ini tidak ditemukan. Masa pendaftarannya mungkin sudah berakhir; minta pemohon daftar \
         ulang.",
        "This registration was not found. The time for it may have passed; ask the applicant to register again.";
    NotAcceptable = 406 "not-acceptable" "Format tidak tersedia" / "Not acceptable",
        "Format yang diminta tidak tersedia. Perbarui aplikasi, lalu coba lagi.",
        "The format asked for is not available. Update the app, then try again.";
    BodyTooLarge = 413 "body-too-large" "Data terlalu besar" / "Body too large",
        "Data yang dikirim terlalu besar. Kirim foto yang lebih kecil.",
        "The data sent is too large. Send a smaller photo.";
    UnsupportedMediaType = 415 "unsupported-media-type" "Format data tidak didukung" / "Unsupported media type",
        "Format data tidak didukung. Perbarui aplikasi, lalu coba lagi.",
        "This format is not supported. Update the app, then try again.";
    ValidationFailed = 422 "validation-failed" "Ada isian yang belum benar" / "Validation failed",
        "Ada isian yang belum benar. Perbaiki isian yang ditandai.",
        "Some fields are not valid. Please correct the marked fields.";
    ServiceUnavailable = 503 "service-unavailable" "Gangguan layanan" / "Service unavailable",
        "Layanan sedang mengalami gangguan. Silakan coba beberapa saat lagi.",
        "The service is temporarily unavailable. Please try again shortly.";

    MissingToken = 401 "missing-token" "Belum masuk" / "Authentication required",
        "Silakan masuk terlebih dahulu.", "Please log in first.";
    InvalidToken = 401 "invalid-token" "Sesi tidak berlaku lagi" / "Invalid access token",
        "Sesi Anda tidak berlaku lagi. Silakan masuk kembali.", "Your session is no longer valid. Please log in again.";
    InvalidDpopProof = 401 "invalid-dpop-proof" "Ponsel tidak dikenali" / "Invalid DPoP proof",
        "Ponsel ini tidak dapat dikenali. Perbarui aplikasi, lalu coba lagi.",
        "This phone cannot be recognised. Update the app, then try again.";
    /// To a phone whose proof is right in everything but its time.
    ClockWrong = 401 "clock-wrong" "Jam ponsel tidak tepat" / "Clock wrong",
        "Tanggal atau jam ponsel ini tidak tepat. Atur tanggal dan jam ponsel ke otomatis, lalu coba lagi.",
        "The date or time of this phone is wrong. Set its date and time to automatic, then try again.";
    DpopProofReplayed = 401 "dpop-proof-replayed" "Permintaan sudah pernah dikirim" / "DPoP proof already used",
        "Permintaan ini sudah pernah dikirim. Silakan coba lagi.",
        "This request has already been sent. Please try again.";
    SessionEnded = 401 "session-ended" "Sesi telah berakhir" / "Session ended",
        "Sesi Anda tidak berlaku lagi. Silakan masuk kembali.", "Your session is no longer valid. Please log in again.";
    PinChangeRequired = 403 "pin-change-required" "PIN perlu diubah" / "PIN change required",
        "PIN Anda masih sama dengan kode aktivasi. Ubah dahulu melalui menu Ubah PIN.",
        "Your PIN is still the activation code. Change it first in the menu Ubah PIN (change PIN).";
    NotAnOfficer = 403 "not-an-officer" "Bukan petugas" / "Not an officer",
        "Akun Anda tidak terdaftar sebagai petugas. Hubungi administrator.",
        "Your account is not registered as an officer account. Contact the administrator.";
    DeviceBlocked = 403 "device-blocked" "Ponsel diblokir" / "Phone blocked",
        "Ponsel ini telah diblokir. Pasang ulang aplikasi, daftar ulang, lalu datang ke kantor Dukcapil.",
        "This phone has been blocked. Reinstall the app, register again, then visit the civil registry office.";

    /// Every refusal for a registry reason looks like this one, so that nobody learns a resident's circumstances.
    NotEligible = 422 "not-eligible" "Pendaftaran tidak dapat diproses" / "Registration not possible",
        "Pendaftaran tidak dapat diproses. Periksa kembali NIK Anda. Jika sudah benar, silakan datang ke kantor \
         Dukcapil.",
        "The registration cannot be processed. Check your NIK. If it is right, please visit the civil registry \
         office.",
        officers: "Pemohon tidak memenuhi syarat. Periksa data pemohon di SIAK.",
        "The applicant is not eligible. Check the applicant's data in SIAK.";
    KeyAlreadyBound = 409 "key-already-bound" "Aplikasi sudah terdaftar" / "App already registered",
        "Aplikasi di ponsel ini sudah terdaftar. Silakan pilih Masuk. Jika ponsel ini telah diblokir, pasang ulang \
         aplikasi, lalu daftar ulang.",
        "The app on this phone is already registered. Please choose Masuk (log in). If this phone has been blocked, \
         reinstall the app and register again.";
    TicketUnknown = 404 "ticket-unknown" "Kode QR pendaftaran tidak dikenal" / "Unknown registration QR code",
        "Kode QR pendaftaran tidak dikenal. Minta pemohon membuka Cek Status untuk menampilkan kode QR baru.",
        "This registration QR code is not known. Ask the applicant to open Cek Status (check status) to show a new \
         one.";
    TicketExpired = 410 "ticket-expired" "Kode QR pendaftaran kedaluwarsa" / "Registration QR code expired",
        "Kode QR pendaftaran sudah kedaluwarsa. Minta pemohon membuka Cek Status untuk menampilkan kode QR baru.",
        "The registration QR code has expired. Ask the applicant to open Cek Status (check status) to show a new one.";
    RegistrationEnded = 409 "registration-ended" "Pendaftaran tidak berlaku lagi" / "Registration ended",
        "Pendaftaran ini tidak berlaku lagi. Pemohon dapat mendaftar ulang.",
        "This registration is no longer valid. The applicant can register again.";
    AlreadyDecided = 409 "already-decided" "Pendaftaran sudah diputuskan" / "Already decided",
        "Pendaftaran ini sudah diputuskan dengan hasil berbeda. Muat ulang untuk melihat keputusannya.",
        "A different decision has already been made. Reload to see it.";
    DeviceAlreadyActive = 409 "device-already-active" "Ponsel lain masih aktif" / "Another phone is active",
        "Penduduk ini masih memiliki ponsel aktif. Untuk menyetujui, konfirmasi penggantian ponsel; ponsel lama akan \
         diblokir.",
        "This resident still has an active phone. To approve, confirm that the new phone replaces it; the old phone will \
         be blocked.";
    TheftAlreadyReported = 409 "theft-already-reported" "Pencurian sudah dilaporkan" / "Theft already reported",
        "Pencurian ponsel ini sudah dilaporkan dengan waktu kejadian yang berbeda. Laporan pertama tetap berlaku dan \
         tidak dapat diubah; lihat daftar ponsel penduduk ini. Untuk menyetujui ponsel baru, kosongkan laporan \
         pencurian.",
        "The theft of this phone has already been reported with another time of theft. The first report remains and \
         cannot be changed; see the list of this resident's phones. To approve a new phone, leave out the theft report.";
    NotApproved = 409 "not-approved" "Pendaftaran tidak menunggu aktivasi" / "Registration not waiting for activation",
        "Email aktivasi hanya dikirim untuk pendaftaran yang sudah disetujui dan belum aktif. Lihat statusnya di Cek \
         Status.",
        "An activation e-mail is sent only for a registration that is approved and not yet active. See its status in \
         Cek Status (check status).",
        officers: "Email aktivasi hanya dikirim untuk pendaftaran yang sudah disetujui dan belum aktif. Minta penduduk \
         membuka Cek Status di ponselnya.",
        "An activation e-mail is sent only for a registration that is approved and not yet active. Ask the resident to \
         open Cek Status (check status) on the phone.";
    AnotherRegistrationWaits = 409 "another-registration-waits" "Pendaftaran lain menunggu aktivasi" / "Another registration is waiting",
        "Pendaftaran ponsel lain sudah disetujui dan menunggu aktivasi. Minta penduduk menyelesaikan aktivasi itu \
         sebelum PIN diatur ulang.",
        "The registration of another phone has been approved and is waiting to be activated. Ask the resident to \
         complete that activation before the PIN is reset.";
    TooManyEmails = 429 "too-many-emails" "Email aktivasi baru saja dikirim" / "Activation e-mail just sent",
        "Email aktivasi baru saja dikirim. Periksa kotak masuk dan folder spam. Jika belum ada, coba lagi dalam {wait}.",
        "An activation e-mail has just been sent. Check your inbox and spam folder. If it is not there, try again in \
         {wait}.",
        officers: "Email aktivasi baru saja dikirim. Minta penduduk memeriksa kotak masuk dan folder spam. Jika belum ada, \
         coba lagi dalam {wait}.",
        "An activation e-mail has just been sent. Ask the resident to check the inbox and the spam folder. If it is not \
         there, try again in {wait}.";
    EmailsUsedUp = 409 "emails-used-up" "Batas email aktivasi tercapai" / "Limit for activation e-mails reached",
        "Batas pengiriman email aktivasi sudah tercapai. Jika PIN baru saja diatur ulang, datang ke kantor Dukcapil agar \
         PIN diatur ulang lagi. Jika tidak, daftar ulang di aplikasi, lalu datang ke kantor Dukcapil.",
        "The limit for activation e-mails has been reached. If the PIN has just been reset, visit the civil registry \
         office to have it reset again. Otherwise register again in the app, then visit the civil registry office.",
        officers: "Batas pengiriman email aktivasi sudah tercapai. Jika PIN baru saja diatur ulang, atur ulang PIN \
         sekali lagi. Jika tidak, minta pemohon daftar ulang di aplikasi.",
        "The limit for activation e-mails has been reached. If the PIN has just been reset, reset it once more. Otherwise \
         ask the applicant to register again in the app.";

    LinkDead = 404 "link-dead" "Tautan aktivasi tidak berlaku" / "Activation link not valid",
        "Tautan aktivasi ini tidak berlaku. Gunakan tautan dalam email terbaru, atau minta yang baru melalui Cek \
         Status di aplikasi.",
        "This activation link does not work. Use the link in the latest e-mail, or ask for a new one through Cek \
         Status (check status) in the app.";
    CodeExpired = 410 "activation-code-expired" "Kode aktivasi kedaluwarsa" / "Activation code expired",
        "Kode aktivasi sudah kedaluwarsa. Minta kode baru melalui Cek Status di aplikasi.",
        "The activation code has expired. Ask for a new one through Cek Status (check status) in the app.";
    CodeTriesUsedUp = 409 "activation-tries-used-up" "Kode aktivasi terlalu sering salah" / "Too many wrong activation codes",
        "Kode aktivasi terlalu sering salah. Minta kode baru melalui Cek Status di aplikasi.",
        "Too many wrong activation codes. Ask for a new one through Cek Status (check status) in the app.";
    CodeWrong = 422 "activation-code-wrong" "Kode aktivasi salah" / "Wrong activation code",
        "Kode aktivasi salah. Periksa kode dalam email terbaru, lalu coba lagi.",
        "The activation code is wrong. Check the code in the latest e-mail, then try again.";
    CaptchaWrong = 422 "captcha-wrong" "Captcha salah" / "Wrong captcha",
        "Captcha salah. Ketik huruf dan angka pada gambar baru, atau pilih “Saya tidak dapat melihat gambar”.",
        "The captcha is wrong. Type the letters and digits in the new picture, or choose “I cannot see the picture”.";
    CaptchaExpired = 410 "captcha-expired" "Captcha kedaluwarsa atau sudah dipakai" / "Captcha expired or used",
        "Captcha sudah kedaluwarsa atau sudah dipakai. Ketik huruf dan angka pada gambar baru, atau pilih “Saya tidak \
         dapat melihat gambar”.",
        "The captcha has expired or has already been used. Type the letters and digits in the new picture, or choose “I \
         cannot see the picture”.";
    TooManyCaptchas = 429 "too-many-captchas" "Captcha terlalu sering salah" / "Too many wrong captchas",
        "Captcha terlalu sering salah. Coba lagi dalam {wait}.", "Too many wrong captchas. Try again in {wait}.";

    /// A wrong PIN and a phone that nobody activated look the same.
    InvalidCredentials = 401 "invalid-credentials" "Tidak dapat masuk" / "Login refused",
        "PIN salah atau ponsel ini belum diaktifkan. Periksa PIN, lalu coba lagi, atau pilih Cek Status. Jika lupa PIN, \
         silakan datang ke kantor Dukcapil.",
        "The PIN is wrong or this phone has not been activated. Check the PIN and try again, or choose Cek Status \
         (check status). If you have forgotten your PIN, please visit the civil registry office.";
    PinLocked = 423 "pin-locked" "PIN terkunci sementara" / "PIN locked for a while",
        "PIN terkunci sementara karena terlalu sering salah. Coba lagi dalam {wait}. Jika lupa PIN, datang ke kantor \
         Dukcapil.",
        "Too many wrong PINs: the PIN is locked for a while. Try again in {wait}. If you have forgotten it, visit the civil \
         registry office.";
    PinLockedByOffice = 423 "pin-locked-until-office"
        "PIN terkunci sampai dibuka petugas" / "PIN locked until an officer unlocks it",
        "PIN terkunci karena terlalu sering salah. Silakan datang ke kantor Dukcapil agar petugas membuka kuncinya.",
        "Too many wrong PINs: the PIN is locked. An officer can unlock it at the civil registry office.";
    Contended = 409 "concurrent-requests" "Permintaan lain sedang diproses" / "Concurrent requests",
        "Permintaan lain sedang diproses. Silakan coba lagi.", "Another request is in progress. Please try again.";

    QrUnknown = 404 "qr-code-unknown" "Kode QR tidak dikenal" / "Unknown QR code",
        "Kode QR ini tidak dikenal. Pastikan kode QR berasal dari menu KTP Digital di aplikasi pemilik identitas.",
        "This QR code is not known. Make sure that it comes from the menu KTP Digital (digital ID card) in the holder's app.";
    QrExpired = 410 "qr-code-expired" "Kode QR kedaluwarsa" / "QR code expired",
        "Kode QR sudah kedaluwarsa. Minta pemilik identitas menampilkan kode QR baru.",
        "The QR code has expired. Ask the holder to show a new one.";
    QrUsed = 410 "qr-code-used" "Kode QR sudah dipakai" / "QR code already used",
        "Kode QR sudah dipakai. Minta pemilik identitas menampilkan kode QR baru.",
        "The QR code has already been used. Ask the holder to show a new one.";
    QrSuperseded = 410 "qr-code-superseded" "Kode QR sudah diganti" / "QR code superseded",
        "Kode QR ini sudah diganti. Pindai kode QR yang sedang ditampilkan.",
        "The QR code has been replaced by a newer one. Scan the one that is shown now.";
    QrDeviceBlocked = 410 "qr-code-device-blocked" "Kode QR dari ponsel yang diblokir" / "QR code of a blocked phone",
        "Ponsel yang menampilkan kode QR ini telah diblokir. Jangan terima kode QR ini; minta dokumen identitas lain.",
        "The phone that showed this QR code has been blocked. Do not accept the QR code; ask for another identity \
         document.";
    HolderNotEligible = 403 "holder-not-eligible" "Identitas sedang tidak berlaku" / "Identity not valid at present",
        "Menurut data kependudukan, identitas digital ini sedang tidak berlaku. Jangan terima kode QR ini; minta dokumen \
         identitas lain, dan arahkan pemiliknya ke kantor Dukcapil.",
        "According to the population registry, this digital identity is not valid at present. Do not accept the QR code; \
         ask for another identity document, and refer the holder to the civil registry office.";
    NoSharedClaims = 403 "no-shared-claims" "Tidak ada data yang dibagikan" / "No data shared",
        "Kode QR ini belum terpakai, tetapi pemilik identitas tidak membagikan data yang boleh dilihat lembaga Anda. \
         Minta ia memilih data yang diperlukan dan menampilkan kode QR baru.",
        "This QR code has not been used, but the holder shared nothing that your organisation may see. Ask the holder to \
         choose the data that are needed and show a new QR code.";
    /// Like the one before, once the code is used up.
    ClaimsWithdrawn = 403 "claims-withdrawn" "Data tidak lagi boleh dilihat" / "Data access withdrawn",
        "Kode QR ini sudah terpakai, tetapi lembaga Anda tidak lagi boleh melihat data yang dibagikan. Hubungi pengelola \
         layanan, lalu minta pemilik identitas menampilkan kode QR baru.",
        "This QR code has been used, but your organisation may no longer see the data shared in it. Contact the operator \
         of this service, then ask the holder to show a new QR code.";
    /// To a winner that asks again.
    RegistryChanged = 410 "registry-changed" "Data kependudukan berubah" / "Registry data changed",
        "Data kependudukan pemilik identitas telah berubah, sehingga hasil kode QR ini tidak tersedia lagi. Minta ia \
         menampilkan kode QR baru.",
        "The holder's data in the population registry have changed, so the result of this QR code is no longer \
         available. Ask the holder to show a new one.";
    /// To a winner whose holder was asked.
    HolderDeclined = 403 "holder-declined" "Pemilik identitas menolak" / "Holder declined",
        "Pemilik identitas tidak menyetujui permintaan Anda. Tidak ada data yang diberikan. Jika ia berubah pikiran, minta \
         kode QR baru.",
        "The holder did not agree to your request. No data were given. If the holder changes their mind, ask for a new QR \
         code.";
    /// To a winner whose holder was asked.
    HolderDidNotAnswer = 410 "holder-did-not-answer" "Pemilik identitas tidak menjawab" / "Holder did not answer",
        "Pemilik identitas tidak menjawab tepat waktu. Tidak ada data yang diberikan. Minta ia menampilkan kode QR baru.",
        "The holder did not answer in time. No data were given. Ask the holder to show a new QR code.";
    RedemptionUnknown = 404 "redemption-unknown" "Hasil tidak dikenal" / "Unknown redemption",
        "Hasil ini tidak dikenal atau sudah dihapus. Minta pemilik identitas menampilkan kode QR baru.",
        "This result is not known, or was deleted. Ask the holder to show a new QR code.";
    /// To a holder who answers.
    QuestionUnknown = 404 "question-unknown" "Permintaan tidak ditemukan" / "Unknown request",
        "Permintaan data ini sudah berakhir. Tidak ada data yang dikirim karena jawaban ini. Tampilkan kode QR baru jika \
         masih diperlukan.",
        "This request for your data has ended. This answer sent no data. Show a new QR code if it is still needed.";
    DigitsWrong = 403 "digits-wrong" "Angka tidak cocok" / "Wrong digits",
        "Dua angka itu tidak cocok. Tanyakan kembali kepada staf loket. Jika ia tidak dapat menyebutnya, tolak permintaan \
         ini.",
        "These two digits do not match. Ask the clerk again. If the clerk cannot say them, refuse this request.";
    PurposeNotAllowed = 403 "purpose-not-allowed" "Tujuan tidak terdaftar" / "Purpose not allowed",
        "Tujuan ini tidak terdaftar untuk lembaga Anda. Hubungi pengelola layanan.",
        "This purpose is not registered for your organisation. Contact the operator of this service.";
    IntegratorDisabled = 403 "integrator-disabled" "Akses lembaga dinonaktifkan" / "Access disabled",
        "Akses lembaga Anda dinonaktifkan. Hubungi pengelola layanan.",
        "Your organisation's access is disabled. Contact the operator of this service.";
    IdempotencyKeyReused = 422 "idempotency-key-reused" "Idempotency-Key sudah dipakai" / "Idempotency-Key reused",
        "Idempotency-Key ini sudah dipakai untuk permintaan lain. Gunakan yang baru.",
        "This Idempotency-Key has already been used for another request. Use a new one.";

    NoDevice = 404 "no-device" "Tidak ada ponsel aktif" / "No active phone",
        "Tidak ada ponsel aktif untuk NIK ini. Periksa kembali NIK. Jika sudah benar, penduduk perlu mendaftar di \
         aplikasi.",
        "No active phone is registered for this NIK. Check the NIK. If it is right, the resident has to register in the \
         app.";

    /// To officers alone: nobody else may learn whom the registry knows.
    ResidentUnknown = 404 "resident-unknown" "NIK tidak terdaftar" / "Unknown NIK",
        "NIK ini tidak ada dalam data kependudukan. Cocokkan dengan KTP-el atau KK; jika sudah benar, periksa datanya di \
         SIAK.",
        "The population registry has no resident with this NIK. Compare it with the ID card or family card; if it is right, \
         check the data in SIAK.";

    HolderDeceased = 403 "holder-deceased" "Pemilik identitas tercatat meninggal dunia" / "Holder deceased",
        "Menurut data kependudukan, pemilik identitas ini telah meninggal dunia. Jika keliru, silakan hubungi kantor \
         Dukcapil.",
        "The population registry records the holder of this identity as deceased. If this is wrong, please contact \
         the civil registry office.",
        officers: "Penduduk ini tercatat telah meninggal dunia. Jika keliru, perbaiki datanya di SIAK.",
        "The population registry records this resident as deceased. If this is wrong, have the data corrected in SIAK.";
    HolderMoved = 403 "holder-moved" "Pemilik identitas tercatat pindah" / "Holder moved away",
        "Anda tercatat tidak lagi berdomisili di wilayah ini. Silakan aktifkan identitas digital di kantor Dukcapil \
         sesuai domisili Anda sekarang. Jika keliru, hubungi kantor Dukcapil tempat Anda mendaftar.",
        "The population registry records that you no longer live in this area. Please activate your digital identity at \
         the civil registry office where you now live. If this is wrong, contact the civil registry office where you \
         registered.",
        officers: "Penduduk ini tercatat tidak lagi berdomisili di wilayah ini. Arahkan ke kantor Dukcapil sesuai \
         domisilinya sekarang. Jika keliru, perbaiki datanya di SIAK.",
        "The population registry records that this resident no longer lives in this area. Refer the resident to the civil \
         registry office of the new address. If this is wrong, have the data corrected in SIAK.";
    NoDocument = 404 "no-document" "Dokumen tidak ditemukan" / "No such document on record",
        "Data Anda tidak ditemukan di instansi penerbit dokumen ini. Jika seharusnya ada, hubungi instansi tersebut.",
        "The agency that issues this document has no record of you. If it should have one, contact the agency.";

    /// RFC 6749, section 5.2: `invalid_request`.
    TokenRequestInvalid = 400 "invalid-request" "Permintaan token tidak lengkap" / "Invalid token request",
        "Permintaan token tidak lengkap. Periksa parameternya.",
        "The token request is incomplete. Check its parameters.";
    /// RFC 6749, section 5.2: `unsupported_grant_type`.
    UnsupportedGrantType = 400 "unsupported-grant-type" "Jenis grant tidak didukung" / "Unsupported grant type",
        "Hanya client_credentials yang didukung.", "Only client_credentials is supported.";
    /// RFC 6749, section 5.2: `invalid_scope`.
    InvalidScope = 400 "invalid-scope" "Cakupan tidak didukung" / "Invalid scope",
        "Cakupan (scope) yang diminta tidak didukung. Kosongkan scope atau gunakan yang tercantum dalam dokumentasi.",
        "This scope is not supported. Leave it out, or use the one in the documentation.";
    /// RFC 6749, section 5.2: `invalid_client`.
    InvalidClient = 401 "invalid-client" "Lembaga tidak dapat diverifikasi" / "Invalid client",
        "Identitas lembaga tidak dapat diverifikasi. Periksa client_assertion.",
        "The organisation could not be authenticated. Check client_assertion.";
}

impl ProblemType {
    /// The text for this reader.
    pub fn detail_for(self, reader: Reader) -> Text {
        match reader {
            Reader::Concerned => self.detail(),
            Reader::Officer => self.detail_for_officers().unwrap_or_else(|| self.detail()),
        }
    }
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
